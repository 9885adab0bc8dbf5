//! Copies of one message that end at the same time.

use shared::clock::Clock;
use shared::db::{Db, Tx};
use shared::ids::{CopyId, PostId, WorkspaceId};
use shared::rng::Rng;
use shared::sql;
use shared::tables::copies::{self, Delivery, Form};
use shared::tables::posts::{self, Author, Body, NewPost};
use shared::tables::sync_channels::Target;
use shared::tables::workspaces::{self, Workspace};
use testkit::on_each_database;

/// A message with a copy in each of two channels, both under way.
async fn two_copies_under_way(db: &Db) -> [Delivery; 2] {
    let (clock, rng) = (Clock::system(), Rng::system());
    let now = clock.now();
    let workspace = Workspace {
        id: WorkspaceId::generate(&clock, &rng),
        team_id: "T0ACME".parse().expect("an id"),
        name: "Acme".to_owned(),
    };
    let post = NewPost {
        id: PostId::generate(&clock, &rng),
        workspace_id: workspace.id.clone(),
        channel_id: "C0".parse().expect("an id"),
        ts: "1700000000.000100".parse().expect("a ts"),
        root_post_id: None,
        author: Author::Unknown,
        body: Some(Body::said("between us")),
    };
    let mut tx = db.begin().await.expect("begun");
    workspaces::upsert(&mut tx, &workspace, now).await.expect("stored");
    assert!(posts::insert_new(&mut tx, &post, now).await.expect("stored"));
    let mut ids = Vec::new();
    for channel in ["C1", "C2"] {
        let copy = CopyId::generate(&clock, &rng);
        let target = Target {
            workspace_id: workspace.id.clone(),
            team_id: workspace.team_id.clone(),
            channel_id: channel.parse().expect("an id"),
        };
        copies::insert(&mut tx, &copy, &post.id, Form::Full, 0, &target, now)
            .await
            .expect("stored");
        ids.push(copy);
    }
    tx.commit().await.expect("committed");
    let mut deliveries = Vec::new();
    for id in &ids {
        let delivery = copies::delivery(db, id).await.expect("read").expect("it is there");
        let mut tx = db.begin().await.expect("begun");
        copies::mark_sending(&mut tx, &delivery, 0).await.expect("marked");
        tx.commit().await.expect("committed");
        deliveries.push(delivery);
    }
    deliveries.try_into().expect("two")
}

async fn end(tx: &mut Tx, delivery: &Delivery) {
    let ts = "1700000001.000100".parse().expect("a ts");
    copies::mark_sent(tx, delivery, &ts).await.expect("marked");
}

on_each_database! {
    async fn what_was_said_is_forgotten_with_the_last_copy_even_if_two_end_at_once(database: TestDatabase) {
        let db = database.open().await;
        let [first, second] = two_copies_under_way(&db).await;
        let mut tx = db.begin().await.expect("begun");
        end(&mut tx, &first).await;
        let other = tokio::spawn({
            let db = db.clone();
            async move {
                let mut tx = db.begin().await.expect("begun");
                end(&mut tx, &second).await;
                tx.commit().await.expect("committed");
            }
        });
        // Long enough for it to come to the point where it has to wait.
        let _ = tokio::time::timeout(std::time::Duration::from_millis(200), async { while !other.is_finished() { tokio::task::yield_now().await; } }).await;
        tx.commit().await.expect("committed");
        other.await.expect("no panic");
        let (body,): (Option<String>,) = db.read(sql!("SELECT body FROM posts")).fetch_one().await.expect("read");
        assert_eq!(body, None);
    }
}
