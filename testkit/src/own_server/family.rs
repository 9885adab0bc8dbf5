//! A server and what it forked, killed at the same moment.
//!
//! PostgreSQL answers each client from a process of its own, in a session and a process group of its own. Were
//! the first process killed alone, those would live on until they notice, and go on committing meanwhile.

use std::io::{Error, Result};
use std::process::{Child, Command};
use std::time::{Duration, Instant};

const PATIENCE: Duration = Duration::from_secs(20);
const PAUSE: Duration = Duration::from_millis(5);

/// Kills all of them, and waits until they are gone. One that ended by itself already is no error.
pub(super) fn kill(server: &mut Child) -> Result<()> {
    let id = server.id();
    if server.try_wait()?.is_some() {
        return Ok(());
    }
    // While it stands still, it forks nobody, and buries nobody whose number could become a stranger's.
    signal("STOP", &[id])?;
    until(|| Ok(process(id)?.is_none_or(|server| !server.runs())))?;
    let children = everybody()?.into_iter().filter(|process| process.parent == id);
    let mut family: Vec<_> = children.map(|child| child.id).collect();
    family.push(id);
    signal("KILL", &family)?;
    server.wait()?;
    let is_left = |process: &Process| family.contains(&process.id) && !process.is_dead();
    until(|| Ok(!everybody()?.iter().any(is_left)))
}

/// Sends all of these a signal by name.
pub(super) fn signal(name: &str, ids: &[u32]) -> Result<()> {
    let sent = Command::new("kill")
        .arg(format!("-{name}"))
        .args(ids.iter().map(u32::to_string))
        .status()?;
    if sent.success() { Ok(()) } else { Err(Error::other(format!("SIG{name} was not sent"))) }
}

/// A process, as the system lists it.
#[derive(Debug, PartialEq, Eq)]
struct Process {
    id: u32,
    parent: u32,
    state: char,
}

impl Process {
    fn runs(&self) -> bool {
        self.state != 'T' && !self.is_dead()
    }

    /// It ended, and nobody has asked how.
    fn is_dead(&self) -> bool {
        self.state == 'Z'
    }
}

fn process(id: u32) -> Result<Option<Process>> {
    Ok(everybody()?.into_iter().find(|process| process.id == id))
}

fn everybody() -> Result<Vec<Process>> {
    let listed =
        Command::new("ps").args(["-A", "-o", "pid=", "-o", "ppid=", "-o", "state="]).output()?;
    Ok(String::from_utf8_lossy(&listed.stdout).lines().filter_map(read).collect())
}

fn read(line: &str) -> Option<Process> {
    let mut words = line.split_whitespace();
    let (id, parent) = (words.next()?.parse().ok()?, words.next()?.parse().ok()?);
    Some(Process { id, parent, state: words.next()?.chars().next()? })
}

fn until(mut is_so: impl FnMut() -> Result<bool>) -> Result<()> {
    let began = Instant::now();
    while !is_so()? {
        if began.elapsed() > PATIENCE {
            return Err(Error::other("a process that was signalled goes on"));
        }
        std::thread::sleep(PAUSE);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_about_a_process_is_read() {
        let process = Process { id: 4_711, parent: 1, state: 'S' };
        assert_eq!(read("   4711       1 Ss+"), Some(process));
        assert_eq!(read(""), None);
    }

    #[test]
    fn children_go_with_their_parent() {
        let mut shell = Command::new("sh");
        let mut parent =
            shell.args(["-c", "sleep 1000 & sleep 1000 & wait"]).spawn().expect("a shell");
        let children = || {
            let all = everybody().expect("listed");
            all.into_iter().filter(|process| process.parent == parent.id()).collect::<Vec<_>>()
        };
        until(|| Ok(children().len() == 2)).expect("it forks");
        let children: Vec<_> = children().iter().map(|child| child.id).collect();
        kill(&mut parent).expect("killed");
        for child in children {
            let left = process(child).expect("listed");
            assert!(left.as_ref().is_none_or(Process::is_dead), "{left:?}");
        }
        // Nothing is left to do.
        kill(&mut parent).expect("killed already");
    }
}
