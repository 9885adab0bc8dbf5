//! A database server of a test's own, which the test may kill.
//!
//! It stands in a temporary folder, listens on this machine alone, and reads no configuration that it finds there.
//! A commit is worth as much as it can be: it is flushed to disk before its client hears of it.

use std::fs::File;
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use secrecy::SecretString;
use shared::config::{DatabaseConfig, DatabaseTarget, Tls};
use shared::db::Engine;
use tempfile::TempDir;

use crate::administer::administer;
use crate::settings;

mod account;
mod family;
mod mysql;
mod postgres;

/// A running server, or one that was killed. Killed and removed when it is dropped.
#[derive(Debug)]
pub struct OwnServer {
    engine: Engine,
    port: u16,
    programs: Programs,
    running: Option<Child>,
    folder: TempDir,
}

/// Why there can be no such server: this machine has no program for it, or none that works here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoServer(String);

/// What makes a server's files, and what serves them.
#[derive(Debug)]
struct Programs {
    set_up: Command,
    serve: Command,
    /// Whom they run as, if this process is root.
    account: &'static str,
    /// Who may do everything on the server.
    administrator: &'static str,
    /// The signal that ends the server at once. Nothing of it is kept.
    last_signal: &'static str,
    /// Left by a server that was killed, and in the way of its next start.
    leftover: Option<PathBuf>,
}

/// What a load has left in its log is gone through first.
const START_PATIENCE: Duration = Duration::from_mins(1);
/// Then it is killed.
const GOODBYE: Duration = Duration::from_secs(5);
const PAUSE: Duration = Duration::from_millis(20);

impl OwnServer {
    /// Sets one up and starts it.
    ///
    /// # Panics
    ///
    /// If it was set up but does not start.
    pub async fn start(engine: Engine) -> Result<Self, NoServer> {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let (data, port) = (folder.path().join("data"), free_port());
        let mut programs = match engine {
            Engine::Sqlite => return Err(NoServer("SQLite has no server".to_owned())),
            Engine::Postgres => postgres::programs(&data, port)?,
            Engine::MySql => mysql::programs(&data, port)?,
        };
        let account = account::to_run_as(programs.account, folder.path())?;
        for command in [&mut programs.set_up, &mut programs.serve] {
            command.env_clear().envs(settings::surroundings()).current_dir(folder.path());
            if let Some((user, group)) = account {
                command.uid(user).gid(group);
            }
        }
        set_up(&mut programs.set_up)?;
        let mut server = Self { engine, port, programs, running: None, folder };
        server.restart().await;
        Ok(server)
    }

    /// As [`OwnServer::start`]. Without a program for it, it says so and returns nothing: the test is skipped,
    /// unless `SYNCBOT_TEST_REQUIRE` names this kind.
    pub async fn start_or_skip(engine: Engine) -> Option<Self> {
        match Self::start(engine).await {
            Ok(server) => Some(server),
            Err(why) => {
                assert!(!settings::requires(engine), "required, and not there: {why}");
                #[expect(clippy::print_stderr, reason = "a test says that it did not run")]
                {
                    eprintln!("SKIPPED: {why}");
                }
                None
            }
        }
    }

    /// Which database it is.
    pub fn engine(&self) -> Engine {
        self.engine
    }

    /// A database on it, by its name. The administrator has no password.
    pub fn config(&self, schema: String) -> DatabaseConfig {
        let target = DatabaseTarget::Server {
            host: Ipv4Addr::LOCALHOST.to_string(),
            port: self.port,
            user: self.programs.administrator.to_owned(),
            password: SecretString::default(),
            schema,
        };
        DatabaseConfig { engine: self.engine, target, tls: Tls::Off }
    }

    /// SIGKILL to the server and, at the same moment, to everything that it forked. Returns when all are gone.
    ///
    /// # Panics
    ///
    /// If they cannot be killed.
    pub fn kill(&mut self) {
        if let Some(server) = &mut self.running {
            family::kill(server).expect("the server is killed");
            self.running = None;
        }
    }

    /// Starts it again after it was killed: same files, same port. Returns when it takes connections.
    ///
    /// # Panics
    ///
    /// If it does not start.
    pub async fn restart(&mut self) {
        self.kill();
        if let Some(leftover) = &self.programs.leftover {
            // Its number may be another process's by now. Whoever wrote it is gone: `kill` has seen to that.
            let _ = std::fs::remove_file(leftover);
        }
        let log = File::options().create(true).append(true).open(self.log());
        let log = log.expect("a file can be made");
        let serve = &mut self.programs.serve;
        serve
            .stdin(Stdio::null())
            .stderr(log.try_clone().expect("files can be shared"))
            .stdout(log);
        // In the test's own process group: whoever ends the test ends the server.
        self.running = Some(serve.spawn().expect("a program that was found can be started"));
        self.until_it_answers().await;
    }

    async fn until_it_answers(&mut self) {
        let config = self.config(String::new());
        let began = Instant::now();
        while let Err(error) = administer(&config, "SELECT 1".to_owned()).await {
            let ended = self.running.as_mut().map(|server| server.try_wait().expect("asked"));
            assert!(
                ended == Some(None) && began.elapsed() < START_PATIENCE,
                "the server does not start ({ended:?}, {error}):\n{}",
                std::fs::read_to_string(self.log()).unwrap_or_default()
            );
            tokio::time::sleep(PAUSE).await;
        }
    }

    fn log(&self) -> PathBuf {
        self.folder.path().join("log")
    }
}

impl Drop for OwnServer {
    fn drop(&mut self) {
        self.folder.disable_cleanup(settings::keeps_databases());
        let Some(mut server) = self.running.take() else { return };
        // What it holds of the system beyond its files, PostgreSQL gives back only if it may say goodbye.
        let _ = family::signal(self.programs.last_signal, &[server.id()]);
        let began = Instant::now();
        while began.elapsed() < GOODBYE && matches!(server.try_wait(), Ok(None)) {
            std::thread::sleep(PAUSE);
        }
        if family::kill(&mut server).is_err() {
            // Its children notice in a while that they are alone.
            let _ = server.kill();
            let _ = server.wait();
        }
    }
}

impl std::fmt::Display for NoServer {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl std::error::Error for NoServer {}

fn set_up(command: &mut Command) -> Result<(), NoServer> {
    let program = command.get_program().display().to_string();
    let done = command.stdin(Stdio::null()).output();
    let done = done.map_err(|error| NoServer(format!("{program} cannot be started: {error}")))?;
    if done.status.success() {
        return Ok(());
    }
    let said = [done.stdout, done.stderr].concat();
    Err(NoServer(format!("{program} failed: {}", String::from_utf8_lossy(&said))))
}

/// A port below those that systems give to outgoing connections: while the server is away, one of them might
/// take its place.
fn free_port() -> u16 {
    let ports = std::iter::repeat_with(|| rand::random_range(20_000..32_000));
    let free = |port: &u16| TcpListener::bind((Ipv4Addr::LOCALHOST, *port)).is_ok();
    ports.take(100).find(free).expect("a port is free")
}
