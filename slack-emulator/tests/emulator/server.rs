//! The server, as it is run from a shell.

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Child, ChildStdout, Command, Stdio};

use serde_json::Value;

use crate::support::{Receiver, client};

const PROGRAM: &str = env!("CARGO_BIN_EXE_slack-emulator");

/// Ends the server if a test fails before it does.
struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        let _ended_already = self.0.kill();
        let _status = self.0.wait();
    }
}

/// Starts the server and returns what it says until it is ready.
fn start(arguments: &[&str]) -> (Server, String, BufReader<ChildStdout>) {
    let mut child = Command::new(PROGRAM)
        .args(["--port", "0"])
        .args(arguments)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut out = BufReader::new(child.stdout.take().unwrap());
    let mut said = String::new();
    while !said.contains("Ctrl-C ends it.") {
        assert_ne!(out.read_line(&mut said).unwrap(), 0, "{said}");
    }
    (Server(child), said, out)
}

fn said_of<'a>(said: &'a str, what: &str) -> &'a str {
    let line = said.lines().find(|line| line.trim_start().starts_with(what)).unwrap();
    line.split(what).nth(1).unwrap().trim()
}

#[tokio::test]
async fn it_says_what_an_app_has_to_be_told_and_ends_when_told() {
    let app = Receiver::start().await;
    let url = app.url.clone();
    let arguments = ["--workspaces", "3", "--request-url", &url, "--signing-secret", "s3cret"];
    let (mut server, said, mut out) = start(&arguments);
    assert_eq!(said_of(&said, "Signing secret"), "s3cret");
    assert_eq!(said.matches("Bot token").count(), 3);
    let challenge = app.after(1).await;
    assert_eq!(challenge[0].json["type"], "url_verification");

    let page = client().get(said_of(&said, "Page")).send().await.unwrap();
    assert_eq!(page.status(), 200);
    let token = said_of(&said, "Bot token").split(' ').next().unwrap();
    let request = client().post(format!("{}auth.test", said_of(&said, "Web API")));
    let answer: Value = request.bearer_auth(token).send().await.unwrap().json().await.unwrap();
    assert_eq!(answer["team_id"], "T0ACME");

    let asked = Command::new("kill").arg(server.0.id().to_string()).status().unwrap();
    assert!(asked.success());
    assert!(server.0.wait().unwrap().success());
    let mut rest = String::new();
    out.read_to_string(&mut rest).unwrap();
    assert_eq!(rest, "");
}

#[test]
fn it_starts_where_the_app_has_to_ask_first() {
    let redirect = "http://127.0.0.1:3000/slack/callback";
    let arguments = ["--not-installed", "--token-rotation", "--redirect-url", redirect];
    let (_server, said, _out) = start(&arguments);
    assert!(said_of(&said, "Install it at").ends_with("/oauth/v2/authorize"));
    assert!(!said_of(&said, "Client id").is_empty() && !said_of(&said, "Client secret").is_empty());
    assert_eq!(said.matches("Bot token").count(), 0);
}

#[test]
fn help_names_the_options_and_gives_an_example() {
    let help = Command::new(PROGRAM).arg("--help").output().unwrap();
    let help = String::from_utf8(help.stdout).unwrap();
    for word in
        ["--port", "--request-url", "--workspaces", "--redirect-url", "--allow-host", "Example:"]
    {
        assert!(help.contains(word), "{word}");
    }
}
