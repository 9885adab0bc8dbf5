//! The queue against a model of it: histories made by chance, of workers that run, freeze, crash and have
//! wrong clocks, on each database. Everything happens one after the other, on a clock that the history
//! moves, so a history that fails fails again: its seed is printed.
//!
//! `SYNCBOT_MODEL_CASES`: how many histories, 1,000 by default. `SYNCBOT_MODEL_SEED`: the first one's seed.

mod invariants;
mod operation;
mod reference;
mod worker;
mod world;

use anyhow::Context as _;
use operation::Operation;
use proptest::test_runner::{Config, RngSeed, TestCaseError, TestRunner};
use shared::db::Db;
use shared::sql;
use testkit::{Engine, TestDatabase, model};
use world::World;

/// Databases that are worked on at once: most of the time goes by in waiting for them.
const SHARDS: usize = 4;

mod the_queue_keeps_its_promises {
    use super::{Engine, check_many};

    #[test]
    fn sqlite() {
        check_many(Engine::Sqlite);
    }

    #[test]
    fn postgres() {
        check_many(Engine::Postgres);
    }

    #[test]
    fn mysql() {
        check_many(Engine::MySql);
    }
}

fn check_many(engine: Engine) {
    let (first, cases) = (model::first_seed(), model::cases());
    let seeds: Vec<u64> = (first..first + cases).collect();
    let shards: Vec<_> = (0..SHARDS)
        .map(|shard| {
            let seeds: Vec<u64> = seeds.iter().copied().skip(shard).step_by(SHARDS).collect();
            std::thread::spawn(move || check_some(engine, &seeds))
        })
        .collect();
    for shard in shards {
        if let Err(failure) = shard.join().expect("no panic") {
            panic!("{failure}");
        }
    }
}

/// One history a seed, on one database.
fn check_some(engine: Engine, seeds: &[u64]) -> Result<(), String> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| error.to_string())?;
    if seeds.is_empty() {
        return Ok(());
    }
    let database = TestDatabase::create(engine);
    let db = runtime.block_on(database.open());
    for &seed in seeds {
        let config = Config {
            cases: 1,
            rng_seed: RngSeed::Fixed(seed),
            failure_persistence: None,
            max_shrink_iters: 2_000,
            ..Config::default()
        };
        TestRunner::new(config)
            .run(&operation::history(), |history| {
                let checked = runtime.block_on(check(&db, &history));
                checked.map_err(|error| TestCaseError::fail(format!("{error:#}")))
            })
            .map_err(|error| {
                format!("SYNCBOT_MODEL_SEED={seed} SYNCBOT_MODEL_CASES=1 shows it again\n{error}")
            })?;
    }
    runtime.block_on(db.close());
    Ok(())
}

async fn check(db: &Db, history: &[Operation]) -> anyhow::Result<()> {
    // What a history that failed left behind.
    db.write(sql!("DELETE FROM jobs")).execute().await?;
    db.write(sql!("DELETE FROM lanes")).execute().await?;
    db.write(sql!("DELETE FROM holds")).execute().await?;
    let mut world = World::new(db);
    for (at, operation) in history.iter().enumerate() {
        let performed = world.perform(operation).await;
        performed.with_context(|| format!("operation {at}: {operation:?}"))?;
    }
    world.end_well().await.context("in the end")
}
