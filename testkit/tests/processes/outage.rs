//! What a process says, and how it ends, when what it depends on does not answer.

use testkit::{Engine, Process, Proxy, TestDatabase, Town};
use tokio::net::TcpListener;

async fn says_it_once(engine: Engine) {
    let mut database = TestDatabase::create(engine);
    let road = Proxy::to(database.server().expect("a server")).await;
    database.go_through(&road);
    let town = Town::build(&database, 1).await;
    let mut worker = town.start_worker();
    worker.line_with("working").await;
    road.close();
    let line = worker.line_with("the database cannot be used").await;
    assert!(line.contains("the database is not available: "), "without its cause: {line}");
    // Tried again several times, and not said each time.
    worker.line_with("still cannot be used").await;
    road.reopen();
    worker.line_with("the database can be used again").await;
    let (status, output) = worker.stop().await;
    assert!(status.success(), "{output}");
    let loud = |line: &&str| line.contains("\"WARN\"") || line.contains("\"ERROR\"");
    let about_secrets = |line: &&str| line.contains("has no use for it");
    let warnings = output.lines().filter(|line| loud(line) && !about_secrets(line));
    assert_eq!(warnings.count(), 1, "{output}");
}

mod an_outage_is_said_once_with_its_cause_and_when_it_is_over {
    use super::*;

    #[tokio::test]
    async fn postgres() {
        says_it_once(Engine::Postgres).await;
    }

    #[tokio::test]
    async fn mysql() {
        says_it_once(Engine::MySql).await;
    }
}

#[tokio::test]
async fn a_collector_that_does_not_answer_is_not_waited_for() {
    let database = TestDatabase::create(Engine::Sqlite);
    let town = Town::build(&database, 1).await;
    // Takes connections and says nothing.
    let collector = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
    let endpoint = format!("http://{}", collector.local_addr().expect("it listens"));
    let mut variables = town.variables();
    variables.push(("OTEL_EXPORTER_OTLP_ENDPOINT", &endpoint));
    let mut ingress = Process::start("syncbot-ingress", &[], variables);
    town.listen_at(&ingress.line_with("listening").await).await;
    let (status, output) = ingress.stop().await;
    assert!(status.success(), "{output}");
    assert!(output.contains("the last traces could not be sent in time"), "{output}");
}
