//! Conversations made up by chance, in three workspaces whose channels are in step, on a Slack that fails and
//! with workers that crash: in the end every channel shows what was said in each, as if nothing had gone wrong.
//!
//! * Chance makes up a script (`script`, `chance`). What comes of it is what people really did (`deed`): they
//!   answer and react to what they see by then (`talk`, `stage`), some of them in their own name (`cast`).
//! * Time passes at once where nothing else does (`time`): leases, holds, backoffs and settle times are those of
//!   production. A crash is a dropped runtime with its connections (`crew`).
//! * What a channel shows (`board`) is compared twice: with what follows from the deeds (`expected`), and with
//!   what the same deeds come to once more, one after the other and without any trouble. The first knows what
//!   ought to be, also where no trouble is to blame; the second knows what nobody thought of.
//! * In which order it shows it: `order`.
//!
//! `SYNCBOT_CONVERSATIONS`: how many, on SQLite; a quarter of them on each server. `SYNCBOT_MODEL_SEED`: the
//! seed of the first. What people are about to do follows from the seed; how it meets crashes depends on the
//! moment.

mod board;
mod cast;
mod chance;
mod crew;
mod deed;
mod expected;
mod order;
mod script;
mod stage;
mod talk;
mod time;
mod town;

use proptest::strategy::{Strategy as _, ValueTree as _};
use proptest::test_runner::{Config, RngSeed, TestRunner};
use testkit::{Engine, model};

use town::Town;

/// Most of the time goes by in waiting.
const TOWNS: usize = 4;
/// For each of them.
const THREADS: usize = 2;

mod every_channel_shows_what_was_said_in_each {
    use super::{Engine, hold_many, model};

    #[test]
    fn sqlite() {
        hold_many(Engine::Sqlite, model::conversations());
    }

    #[test]
    fn postgres() {
        hold_many(Engine::Postgres, model::conversations().div_ceil(4));
    }

    #[test]
    fn mysql() {
        hold_many(Engine::MySql, model::conversations().div_ceil(4));
    }
}

fn hold_many(engine: Engine, count: u64) {
    let first = model::first_seed();
    let towns: Vec<_> = (0..TOWNS)
        .map(|town| {
            let seeds: Vec<u64> = (first..first + count).skip(town).step_by(TOWNS).collect();
            std::thread::spawn(move || hold_some(engine, &seeds))
        })
        .collect();
    for town in towns {
        if let Err(failure) = town.join().expect("no panic") {
            panic!("{failure}");
        }
    }
}

/// One conversation a seed, in one town.
fn hold_some(engine: Engine, seeds: &[u64]) -> Result<(), String> {
    if seeds.is_empty() {
        return Ok(());
    }
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(THREADS).enable_all().build();
    let runtime = runtime.map_err(|error| error.to_string())?;
    runtime.block_on(async {
        let mut town = Town::build(engine).await;
        for &seed in seeds {
            let rng_seed = RngSeed::Fixed(seed);
            let mut runner = TestRunner::new(Config { rng_seed, ..Config::default() });
            let script = chance::script().new_tree(&mut runner).expect("a script").current();
            town.hold(&script).await.map_err(|failure| {
                let steps: Vec<String> =
                    script.steps.iter().map(|step| format!("  {step:?}")).collect();
                format!(
                    "SYNCBOT_MODEL_SEED={seed} SYNCBOT_CONVERSATIONS=1 holds it again\n{:?}\n{}\n{failure:#}",
                    script.switches,
                    steps.join("\n")
                )
            })?;
        }
        town.leave().await;
        Ok(())
    })
}
