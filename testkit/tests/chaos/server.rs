//! The database's server itself dies, by kill -9 with all its processes, while events are acknowledged.

use slack_emulator::SlackEmulator;
use testkit::{Engine, OwnServer, PATIENCE, TestDatabase, Town};

use crate::ready::until_ready;
use crate::talk::Talk;
use crate::worker;

const CHANNELS: usize = 8;
const KILLS: usize = 2;
/// At least so many events are acknowledged before each of them.
const ACKNOWLEDGED: usize = 40;

mod what_was_acknowledged_survives_kill_9_of_the_database_server {
    use super::*;

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn postgres() {
        run(Engine::Postgres).await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn mysql() {
        run(Engine::MySql).await;
    }
}

async fn run(engine: Engine) {
    let Some(mut server) = OwnServer::start_or_skip(engine).await else { return };
    let database = TestDatabase::on(&server);
    let town = Town::build(&database, CHANNELS).await;
    let (mut ingress, working) = (town.start_ingress().await, worker(&town));
    let mut talk = Talk::in_channels(&town, CHANNELS);
    for _ in 0..KILLS {
        server = killed_in_the_middle(&town, &mut talk, server).await;
        // These meet a server that is dead, or that looks through what it has.
        talk.goes_on(1);
        server.restart().await;
        until_ready(&mut ingress, true).await;
        // Slack would lose patience with what every outage meets.
        talk.until_acknowledged().await;
    }
    talk.ends_well_in_any_order(&database, vec![ingress, working]).await;
}

/// Ada talks without a pause until the server is dead, however long that takes: much of what she says is
/// acknowledged already, and some is on its way.
async fn killed_in_the_middle(town: &Town, talk: &mut Talk<'_>, server: OwnServer) -> OwnServer {
    let slack = &town.slack;
    let few_are_left = || async {
        let few = |slack: &SlackEmulator| slack.undelivered() < CHANNELS;
        slack.wait_until(few, PATIENCE).await.expect("events are acknowledged");
    };
    let enough = slack.delivery_count() + ACKNOWLEDGED;
    while slack.delivery_count() < enough {
        talk.goes_on(1);
        few_are_left().await;
    }
    let mut killing = tokio::task::spawn_blocking(move || {
        let mut server = server;
        server.kill();
        server
    });
    loop {
        tokio::select! {
            killed = &mut killing => return killed.expect("no panic"),
            () = few_are_left() => talk.goes_on(1),
        }
    }
}
