//! A crowd of connections that say nothing: whoever has something to say is heard all the same, and nobody
//! keeps the process from ending.

use testkit::{Engine, PATIENCE, Process, TestDatabase, Town, binary};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// The address that a process logs.
fn address(line: &str) -> String {
    let mut parts = line.split('"');
    parts.find(|part| part.starts_with("127.0.0.1:")).expect("the line has the address").to_owned()
}

#[tokio::test]
async fn more_idle_connections_than_the_process_may_open_files_keep_nobody_out() {
    let database = TestDatabase::create(Engine::Sqlite);
    let town = Town::build(&database, 1).await;
    let program = format!("ulimit -Sn 200 -Hn 400; exec {}", binary("syncbot-ingress").display());
    let mut variables = town.variables();
    variables.push(("PATH", "/usr/bin:/bin"));
    let mut ingress = Process::start_program("/bin/bash".as_ref(), &["-c", &program], variables);
    let line = ingress.line_with("listening").await;
    let address = address(&line);
    town.listen_at(&line).await;
    let mut idle = Vec::new();
    for _ in 0..600 {
        idle.push(TcpStream::connect(&address).await.expect("connected"));
    }
    town.says(0, "through the crowd");
    let acknowledged = |slack: &slack_emulator::SlackEmulator| slack.undelivered() == 0;
    town.slack.wait_until(acknowledged, PATIENCE).await.expect("acknowledged");
    assert!(!ingress.output().contains("could not be accepted"), "{}", ingress.output());
    drop(idle);
    let (status, output) = ingress.stop().await;
    assert!(status.success(), "{output}");
}

/// Half a head is nothing to wait for; what is being served is.
#[tokio::test]
async fn a_half_sent_head_does_not_keep_the_process_from_ending() {
    let database = TestDatabase::create(Engine::Sqlite);
    let town = Town::build(&database, 1).await;
    let mut ingress = town.start_ingress().await;
    let address = address(&ingress.line_with("listening").await);
    let mut half = TcpStream::connect(&address).await.expect("connected");
    half.write_all(b"POST /slack/ev").await.expect("sent");
    let mut served = TcpStream::connect(&address).await.expect("connected");
    served.write_all(b"POST /slack/events HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n{").await.expect("sent");
    // Answered, so both of them have surely been accepted.
    assert_eq!(testkit::get(&format!("http://{address}/health")).await.0, 200);
    ingress.signal("TERM");
    let status = ingress.ended().await;
    let output = ingress.output();
    assert!(status.success(), "{output}");
    assert!(!output.contains("time to stop was over"), "{output}");
    let mut answer = [0; 12];
    served.read_exact(&mut answer).await.expect("answered");
    assert_eq!(&answer, b"HTTP/1.1 408");
}

#[tokio::test]
async fn a_length_far_above_the_limit_is_refused_before_anything_is_sent() {
    let database = TestDatabase::create(Engine::Sqlite);
    let town = Town::build(&database, 1).await;
    let mut ingress = town.start_ingress().await;
    let address = address(&ingress.line_with("listening").await);
    let mut stream = TcpStream::connect(&address).await.expect("connected");
    stream.write_all(b"POST /slack/events HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 999999999\r\n\r\n").await.expect("sent");
    let mut answer = [0; 12];
    stream.read_exact(&mut answer).await.expect("answered");
    assert_eq!(&answer, b"HTTP/1.1 413");
}
