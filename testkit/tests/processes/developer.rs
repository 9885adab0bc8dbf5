//! What a developer meets: `.env` files, a bot token, a demo in a folder of any name.

use std::path::Path;

use testkit::{Engine, PATIENCE, Process, TestDatabase, Town, binary};

use crate::PRODUCTION;

/// `syncbot migrate` in a folder that a shell script prepared.
async fn migrate_after(script: &str, variables: &[(&str, &str)]) -> (Option<i32>, String) {
    let script = format!("{script}; exec {} migrate", binary("syncbot").display());
    let path = ("PATH", "/usr/bin:/bin");
    let variables = variables.iter().copied().chain([path]);
    let mut process = Process::start_program("/bin/sh".as_ref(), &["-c", &script], variables);
    (process.ended().await.code(), process.output())
}

const DATABASE: (&str, &str) = ("DATABASE_URL", "sqlite:///x.sqlite3");

#[tokio::test]
async fn a_broken_dotenv_file_is_a_warning_in_production_and_named_by_line_in_development() {
    for broken in
        ["printf 'A=x\\nhunter2 garbage\\n' > .env", "mkdir .env", "printf '\\377' > .env"]
    {
        let (code, output) = migrate_after(broken, &[DATABASE]).await;
        assert_eq!(code, Some(0), "{broken}: {output}");
        assert!(output.contains("the file .env is ignored"), "{broken}: {output}");
        let (code, output) =
            migrate_after(broken, &[DATABASE, ("LOCAL_DEVELOPMENT", "true")]).await;
        assert_eq!(code, Some(2), "{broken}: {output}");
        assert!(output.contains(".env cannot be used"), "{broken}: {output}");
        assert!(!output.contains("hunter2"), "{output}");
        assert_eq!(output.contains("line 2 is not"), broken.contains("garbage"), "{output}");
    }
}

#[tokio::test]
async fn a_signing_secret_that_is_no_text_is_one_problem() {
    let script = format!(
        "SLACK_SIGNING_SECRET=$(printf '\\377') exec {}",
        binary("syncbot-ingress").display()
    );
    let variables = PRODUCTION.into_iter().chain([("PATH", "/usr/bin:/bin")]);
    let mut ingress = Process::start_program("/bin/sh".as_ref(), &["-c", &script], variables);
    assert_eq!(ingress.ended().await.code(), Some(2));
    assert_eq!(ingress.output().matches("\n  - ").count(), 1, "{}", ingress.output());
}

async fn said_with_token(token: &str, line: &str) -> String {
    let database = TestDatabase::create(Engine::Sqlite);
    let town = Town::build(&database, 0).await;
    let fresh = TestDatabase::create(Engine::Sqlite);
    let url = fresh.url();
    let token = if token.is_empty() { town.slack.bot_token("T0ACME") } else { token.to_owned() };
    let mut variables = town.variables();
    variables.retain(|(name, _)| *name != "DATABASE_URL");
    variables.extend([
        ("DATABASE_URL", url.as_str()),
        ("LOCAL_DEVELOPMENT", "true"),
        ("SLACK_BOT_TOKEN", token.as_str()),
    ]);
    let mut both = Process::start("syncbot", &["run"], variables);
    both.line_with(line).await;
    let (status, output) = both.stop().await;
    assert!(status.success(), "{output}");
    let db = fresh.open().await;
    let installed = db
        .read(shared::sql!("SELECT COUNT(*) FROM installations"))
        .fetch_one::<(i64,)>()
        .await
        .expect("counted");
    assert_eq!(installed.0, i64::from(line.contains("is installed")), "{output}");
    output
}

#[tokio::test]
async fn the_workspace_of_a_configured_token_is_installed_at_start() {
    said_with_token("", "the workspace of SLACK_BOT_TOKEN is installed").await;
}

#[tokio::test]
async fn a_token_that_slack_refuses_is_a_warning() {
    let output = said_with_token("xoxb-9-unknown", "the workspace of SLACK_BOT_TOKEN is not").await;
    assert!(!output.contains("9-unknown"), "{output}");
}

#[tokio::test]
async fn the_demo_keeps_its_database_in_a_folder_of_any_name() {
    let name = "de mo?1#%41";
    let mut demo = Process::start("syncbot", &["demo", "--data", name], testkit::surroundings());
    demo.line_with("The database stays in").await;
    assert!(Path::new(&demo.folder().join(name).join("syncbot.sqlite3")).exists());
    let stopped = tokio::time::timeout(PATIENCE, demo.stop()).await.expect("it ends");
    assert!(stopped.0.success(), "{}", stopped.1);
}
