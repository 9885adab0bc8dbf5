//! Machines whose clocks are a minute slow or fast. Leases are kept in the database's time.

use std::time::Duration;

use slack_emulator::{Fault, FaultRule};
use testkit::{Town, on_each_database};

use crate::talk::Talk;
use crate::{at, worker_with};

const CHANNELS: usize = 6;

on_each_database! {
    async fn two_workers_two_minutes_apart_neither_steal_nor_idle(database: TestDatabase) {
        let town = Town::build(&database, CHANNELS).await;
        // Lanes are held for a while, so that there is something to steal.
        town.slack.add_fault(FaultRule::always(Fault::latency_between(Duration::ZERO, Duration::from_millis(400))));
        let ingress = town.start_ingress_with(&[at("clock=60")]).await;
        let mut talk = Talk::in_channels(&town, CHANNELS);
        let mut slow = worker_with(&town, "clock=-60");
        talk.goes_on(3);
        talk.until_there_are(1).await;
        let mut fast = worker_with(&town, "clock=60");
        talk.goes_on(6);
        for worker in [&mut slow, &mut fast] {
            worker.line_with("this machine's clock differs from the database's").await;
        }
        let outputs = talk.ends_well(&database, vec![ingress, slow, fast]).await;
        for output in outputs {
            for stolen in ["the lane is lost", "a worker died"] {
                assert!(!output.contains(stolen), "{output}");
            }
        }
    }
}
