//! The machine, and what else it does: numbers from a busy machine say little.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, Result};
use serde::{Deserialize, Serialize};

/// What was measured on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Machine {
    pub(crate) cpu: String,
    pub(crate) cores: usize,
    pub(crate) memory_mib: u64,
    pub(crate) kernel: String,
    /// The file system that SQLite's files are on.
    pub(crate) file_system: String,
}

impl Machine {
    pub(crate) fn this() -> Self {
        let memory_kib = line_of("/proc/meminfo", "MemTotal").and_then(|text| kibibytes(&text));
        Self {
            cpu: line_of("/proc/cpuinfo", "model name").unwrap_or_else(unknown),
            cores: std::thread::available_parallelism().map_or(1, std::num::NonZero::get),
            memory_mib: memory_kib.unwrap_or(0) / 1024,
            kernel: first_line("/proc/sys/kernel/osrelease").unwrap_or_else(unknown),
            file_system: file_system(&std::env::temp_dir()).unwrap_or_else(unknown),
        }
    }
}

/// The load averages of the last 1, 5 and 15 minutes.
pub(crate) fn load_average() -> String {
    let line = first_line("/proc/loadavg").unwrap_or_else(unknown);
    line.split(' ').take(3).collect::<Vec<_>>().join(" ")
}

/// How busy the processors are while this program does nothing, from 0 to 1.
pub(crate) async fn busy_share() -> f64 {
    const LOOK: Duration = Duration::from_millis(500);
    let Some((busy, all)) = processor_ticks() else { return 0.0 };
    tokio::time::sleep(LOOK).await;
    let Some((busy_then, all_then)) = processor_ticks() else { return 0.0 };
    (busy_then - busy) / (all_then - all).max(1.0)
}

/// Ticks of all processors since the machine started: those with work, and all.
fn processor_ticks() -> Option<(f64, f64)> {
    let line = first_line("/proc/stat")?;
    let ticks: Vec<f64> =
        line.split_whitespace().skip(1).filter_map(|word| word.parse().ok()).collect();
    // user nice system idle iowait irq softirq steal; guests are counted in user already.
    let all: f64 = ticks.iter().take(8).sum();
    let idle: f64 = ticks.iter().skip(3).take(2).sum();
    Some((all - idle, all))
}

/// Memory of a process in MiB: `VmRSS` now, `VmHWM` at most so far.
pub(crate) fn memory(process: u32, what: &str) -> Result<f64> {
    let line = line_of(&format!("/proc/{process}/status"), what);
    let kibibytes = line.and_then(|text| kibibytes(&text));
    let kibibytes =
        kibibytes.with_context(|| format!("{what} of a process is known on Linux only"))?;
    Ok(f64::from(u32::try_from(kibibytes)?) / 1024.0)
}

/// The file system that a folder is on: that of the longest mount point above it.
fn file_system(folder: &Path) -> Option<String> {
    let mounts = std::fs::read_to_string("/proc/mounts").ok()?;
    let mounts = mounts.lines().filter_map(|line| {
        let mut words = line.split(' ').skip(1);
        Some((words.next()?, words.next()?))
    });
    let above = mounts.filter(|(place, _)| folder.starts_with(place));
    above.max_by_key(|(place, _)| place.len()).map(|(_, kind)| kind.to_owned())
}

/// The value of the first line `name: value` of a file.
fn line_of(file: &str, name: &str) -> Option<String> {
    let text = std::fs::read_to_string(file).ok()?;
    let mut values = text.lines().filter_map(|line| line.split_once(':'));
    values.find(|(known, _)| known.trim() == name).map(|(_, value)| value.trim().to_owned())
}

/// The number of `1234 kB`.
fn kibibytes(text: &str) -> Option<u64> {
    text.split(' ').next()?.parse().ok()
}

fn first_line(file: &str) -> Option<String> {
    Some(std::fs::read_to_string(file).ok()?.lines().next()?.to_owned())
}

fn unknown() -> String {
    "unknown".to_owned()
}
