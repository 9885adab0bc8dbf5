//! A process says what its configuration lacks, all of it at once and by name, and does not start.

use shared::config::{Process as Kind, REFERENCE};
use testkit::Process;

use crate::PRODUCTION;

/// Binary and arguments of each kind of process.
const BINARIES: [(Kind, &str, &[&str]); 6] = [
    (Kind::Ingress, "syncbot-ingress", &[]),
    (Kind::Worker, "syncbot-worker", &[]),
    (Kind::Run, "syncbot", &["run"]),
    (Kind::Migrate, "syncbot", &["migrate"]),
    (Kind::Queue, "syncbot", &["queue", "stats"]),
    (Kind::RotateKey, "syncbot", &["rotate-key"]),
];

fn without<'v>(name: &str) -> Vec<(&'v str, &'v str)> {
    PRODUCTION.into_iter().filter(|(known, _)| *known != name).collect()
}

async fn refused(binary: &str, arguments: &[&str], variables: Vec<(&str, &str)>) -> String {
    let mut process = Process::start(binary, arguments, variables);
    let status = process.ended().await;
    assert_eq!(status.code(), Some(2), "{}", process.output());
    process.output()
}

#[tokio::test]
async fn each_process_refuses_to_start_without_each_variable_that_it_requires() {
    let mut tried = 0;
    for (kind, binary, arguments) in BINARIES {
        for variable in REFERENCE
            .variable
            .iter()
            .filter(|variable| variable.required && variable.used_by.contains(&kind))
        {
            let output = refused(binary, arguments, without(&variable.name)).await;
            assert!(
                output.contains(&format!(
                    "{} is missing: set it to {}",
                    variable.name, variable.expects
                )),
                "{output}"
            );
            assert_eq!(output.matches("\n  - ").count(), 1, "one problem is one line: {output}");
            tried += 1;
        }
        let output = refused(binary, arguments, without("DATABASE_URL")).await;
        for name in ["DATABASE_HOST", "DATABASE_USER", "DATABASE_PASSWORD", "DATABASE_SCHEMA"] {
            assert!(output.contains(&format!("{name} is missing")), "{binary}: {output}");
        }
    }
    // Five for ingress, six for a worker, seven for both in one, one for another key, none for migrations and the queue.
    assert_eq!(tried, 19);
    let output =
        refused("syncbot", &["rotate-key"], without("TOKEN_ENCRYPTION_KEY_PREVIOUS")).await;
    assert!(output.contains("TOKEN_ENCRYPTION_KEY_PREVIOUS is missing"), "{output}");
}

#[tokio::test]
async fn everything_that_is_wrong_is_said_at_once_and_no_value_is_shown() {
    let mut variables = without("SLACK_CLIENT_ID");
    variables.retain(|(name, _)| *name != "TOKEN_ENCRYPTION_KEY");
    variables.extend([
        ("TOKEN_ENCRYPTION_KEY", "hidden"),
        ("LOG_LEVEL", "loudly"),
        ("SYNCBOT_FEDERATION_ENABLED", "true"),
    ]);
    let output = refused("syncbot", &["run"], variables).await;
    for name in [
        "SLACK_CLIENT_ID is missing",
        "TOKEN_ENCRYPTION_KEY is not valid",
        "LOG_LEVEL is not valid",
        "SYNCBOT_FEDERATION_ENABLED is not valid",
    ] {
        assert!(output.contains(name), "{output}");
    }
    assert!(!output.contains("hidden") && !output.contains("loudly"), "{output}");
}

#[tokio::test]
async fn a_wrong_token_key_is_refused_with_a_sentence_that_says_what_to_do() {
    let folder = tempfile::tempdir().expect("a folder");
    let url = format!("sqlite:///{}", folder.path().join("syncbot.sqlite3").display());
    let with_key = |key| {
        let mut variables = without("DATABASE_URL");
        variables.retain(|(name, _)| *name != "TOKEN_ENCRYPTION_KEY");
        variables.push(("TOKEN_ENCRYPTION_KEY", key));
        variables
    };
    let mut first = with_key("hidden-first-passphrase");
    first.push(("DATABASE_URL", &url));
    let mut worker = Process::start("syncbot-worker", &[], first);
    worker.line_with("working").await;
    assert!(worker.stop().await.0.success());

    let before = std::fs::read(folder.path().join("syncbot.sqlite3")).expect("readable");
    for (binary, arguments) in
        [("syncbot-worker", &[][..]), ("syncbot", &["run"]), ("syncbot", &["rotate-key"])]
    {
        let mut wrong = with_key("hidden-wrong-passphrase");
        wrong.push(("DATABASE_URL", &url));
        let mut process = Process::start(binary, arguments, wrong);
        assert_eq!(process.ended().await.code(), Some(1), "{binary} {arguments:?}");
        let output = process.output();
        assert!(output.contains("TOKEN_ENCRYPTION_KEY is not the passphrase"), "{output}");
        assert!(output.contains("TOKEN_ENCRYPTION_KEY_PREVIOUS"), "{output}");
        assert!(!output.contains("hidden"), "{output}");
        let after = std::fs::read(folder.path().join("syncbot.sqlite3")).expect("readable");
        assert!(before == after, "{binary} {arguments:?} wrote to the database");
    }
}

#[tokio::test]
async fn production_reads_no_dotenv_file_and_local_development_does() {
    // `sh` puts the file into the folder that the process starts in.
    let start = |content: &str| {
        let script = format!(
            "printf '{content}' > .env && exec {} migrate",
            testkit::binary("syncbot").display()
        );
        Process::start_program("/bin/sh".as_ref(), &["-c", &script], [("PATH", "/usr/bin:/bin")])
    };
    let mut production = start("DATABASE_URL=sqlite:///x.sqlite3\\n");
    assert_eq!(production.ended().await.code(), Some(2), "{}", production.output());
    let mut local = start("LOCAL_DEVELOPMENT=true\\nDATABASE_URL=sqlite:///x.sqlite3\\n");
    assert!(local.ended().await.success(), "{}", local.output());
    assert!(local.output().contains("The sqlite database is up to date."), "{}", local.output());
}
