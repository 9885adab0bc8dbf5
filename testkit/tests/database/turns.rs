//! SQLite processes take turns.

use std::time::Duration;

use testkit::{Engine, TestDatabase};

#[tokio::test]
async fn a_writer_waits_for_its_turn() {
    let database = TestDatabase::create(Engine::Sqlite);
    let (first, second) = (database.open().await, database.open().await);
    let held = first.begin().await.expect("begun");
    let waiting = tokio::spawn(async move { second.begin().await.map(drop) });
    // Longer than SQLite itself waits.
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert!(!waiting.is_finished(), "{:?}", waiting.await);
    drop(held);
    waiting.await.expect("no panic").expect("its turn came");
}
