//! The product's real binaries, as processes of their own.

use std::ffi::OsStr;
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use crate::{PATIENCE, settings};

/// A running binary. Killed when it is dropped.
#[derive(Debug)]
pub struct Process {
    child: Child,
    log: PathBuf,
    folder: tempfile::TempDir,
}

/// Finds a binary of this workspace, next to the running test.
pub fn binary(name: &str) -> PathBuf {
    let test = std::env::current_exe().expect("a test runs from a file");
    let target = test.parent().and_then(Path::parent).expect("tests are in target/<profile>/deps");
    let path = target.join(name);
    assert!(
        path.exists(),
        "{} is missing: `cargo build --workspace --bins` makes it, and so does `cargo xtask test`",
        path.display()
    );
    path
}

impl Process {
    /// Starts a binary with these arguments and these environment variables and no others, in an empty folder.
    pub fn start<N: AsRef<OsStr>, V: AsRef<OsStr>>(
        name: &str,
        arguments: &[&str],
        variables: impl IntoIterator<Item = (N, V)>,
    ) -> Self {
        Self::start_program(&binary(name), arguments, variables)
    }

    /// As [`Process::start`], for any program.
    pub fn start_program<N: AsRef<OsStr>, V: AsRef<OsStr>>(
        program: &Path,
        arguments: &[&str],
        variables: impl IntoIterator<Item = (N, V)>,
    ) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let log = folder.path().join("log");
        let file = std::fs::File::create(&log).expect("a file can be made");
        let child = Command::new(program)
            .args(arguments)
            .env_clear()
            .envs(variables)
            .current_dir(folder.path())
            .stdin(Stdio::null())
            .stderr(file.try_clone().expect("files can be shared"))
            .stdout(file)
            .spawn()
            .unwrap_or_else(|error| panic!("{} cannot be started: {error}", program.display()));
        Self { child, log, folder }
    }

    /// Its number.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Everything that it printed so far.
    pub fn output(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap_or_default()
    }

    /// Waits until a line contains `text`; returns that line.
    pub async fn line_with(&mut self, text: &str) -> String {
        let began = Instant::now();
        loop {
            let output = self.output();
            if let Some(line) = output.lines().find(|line| line.contains(text)) {
                return line.to_owned();
            }
            let ended = self.child.try_wait().expect("it can be asked");
            assert!(
                ended.is_none() && began.elapsed() < PATIENCE,
                "`{text}` was not printed ({ended:?}):\n{output}"
            );
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// Waits until it has ended.
    pub async fn ended(&mut self) -> ExitStatus {
        let began = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().expect("it can be asked") {
                return status;
            }
            assert!(began.elapsed() < PATIENCE, "it does not end:\n{}", self.output());
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// Waits until a SIGKILL has ended it.
    pub async fn killed(&mut self) {
        let status = self.ended().await;
        assert_eq!(status.signal(), Some(9), "{status}:\n{}", self.output());
    }

    /// Waits until a SIGSTOP has frozen it.
    pub async fn frozen(&self) {
        let began = Instant::now();
        loop {
            let asked = Command::new("ps")
                .args(["-o", "state=", "-p"])
                .arg(self.child.id().to_string())
                .output()
                .expect("`ps` exists");
            if asked.stdout.starts_with(b"T") {
                return;
            }
            assert!(began.elapsed() < PATIENCE, "it does not freeze:\n{}", self.output());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Waits until it has ended, where nothing else can go on meanwhile.
    pub fn wait(&mut self) {
        let _ = self.child.wait();
    }

    /// Sends it a signal by name, such as `TERM`, `KILL`, `STOP`.
    pub fn signal(&self, name: &str) {
        let sent =
            Command::new("kill").arg(format!("-{name}")).arg(self.child.id().to_string()).status();
        assert!(sent.expect("`kill` exists").success(), "SIG{name} was not sent");
    }

    /// Asks it to stop, and waits until it has.
    pub async fn stop(mut self) -> (ExitStatus, String) {
        self.signal("TERM");
        let status = self.ended().await;
        (status, self.output())
    }

    /// Its working folder.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }
}

impl Drop for Process {
    #[expect(
        clippy::print_stderr,
        reason = "for whoever reads why the test failed, or looks for secrets"
    )]
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
        if std::thread::panicking() || settings::is_captured() {
            eprintln!("what process {} printed:\n{}", self.child.id(), self.output());
        }
    }
}
