//! What a pause keeps back is found when it ends, however much it is and whoever is at work meanwhile.

use shared::clock::Clock;
use shared::db::{Db, Tx};
use shared::ids::{ChannelId, CopyId, PostId, SyncChannelId, SyncId, UserId, WorkspaceId};
use shared::queue::Queue;
use shared::rng::Rng;
use shared::sql;
use shared::tables::copies::{self, Form};
use shared::tables::missed::{self, Cursor};
use shared::tables::pauses::Cause;
use shared::tables::posts::{self, Author, Body, NewPost};
use shared::tables::reactions::{self, Reaction};
use shared::tables::sync_channels::{self, SyncChannel, Way};
use shared::tables::workspaces::{self, Workspace};
use shared::tables::{pauses, syncs};
use testkit::on_each_database;

struct Ids(Clock, Rng);

/// Two workspaces with a channel each, in step; returns the sync channels.
async fn two_channels(tx: &mut Tx, Ids(clock, rng): &Ids) -> [SyncChannel; 2] {
    let sync_id = SyncId::generate(clock, rng);
    syncs::insert(tx, &sync_id, "a sync", clock.now()).await.expect("stored");
    let mut channels = Vec::new();
    for (team, channel) in [("T0ACME", "C0ACME"), ("T0BIRCH", "C0BIRCH")] {
        let workspace = Workspace {
            id: WorkspaceId::generate(clock, rng),
            team_id: team.parse().expect("an id"),
            name: team.to_owned(),
        };
        workspaces::upsert(tx, &workspace, clock.now()).await.expect("stored");
        let channel = SyncChannel {
            id: SyncChannelId::generate(clock, rng),
            sync_id: sync_id.clone(),
            workspace_id: workspace.id,
            channel_id: channel.parse().expect("an id"),
            publishes: true,
            subscribes: true,
        };
        sync_channels::insert(tx, &channel, clock.now()).await.expect("stored");
        channels.push(channel);
    }
    channels.try_into().expect("two")
}

/// A message with a copy at the end of the way, changed at `version` and reacted to then; 0: never.
async fn message(tx: &mut Tx, Ids(clock, rng): &Ids, way: &Way, number: i64, version: i64) {
    let post = NewPost {
        id: PostId::generate(clock, rng),
        workspace_id: way.workspace_id.clone(),
        channel_id: way.channel_id.clone(),
        ts: format!("1700000000.{number:06}").parse().expect("a ts"),
        root_post_id: None,
        author: Author::Unknown,
        body: Some(Body::said("said")),
    };
    assert!(posts::insert_new(tx, &post, clock.now()).await.expect("stored"));
    let copy = CopyId::generate(clock, rng);
    copies::insert(tx, &copy, &post.id, Form::Full, 0, &way.target, clock.now())
        .await
        .expect("stored");
    if version > 0 {
        assert!(posts::edit(tx, &post.id, &Body::said("edited"), version).await.expect("stored"));
        let user: UserId = "U0ADA".parse().expect("an id");
        let place = sync_channels::Target {
            workspace_id: way.workspace_id.clone(),
            team_id: "T0ACME".parse().expect("an id"),
            channel_id: way.channel_id.clone(),
        };
        for emoji in ["tada", "wave"] {
            let (post, user) = (&post.id, &user);
            let noted = Reaction { post, place: &place, user, emoji, is_present: true, version };
            assert!(reactions::note(tx, &noted).await.expect("stored"));
        }
    }
}

fn queue(db: &Db) -> Queue {
    Queue::new(db.clone(), Clock::system(), Rng::system())
}

on_each_database! {
    async fn what_changed_since_a_pause_began_is_found_in_steps(database: TestDatabase) {
        let db = database.open().await;
        let ids = Ids(Clock::system(), Rng::system());
        let mut tx = db.begin().await.expect("begun");
        let [acme, _birch] = two_channels(&mut tx, &ids).await;
        tx.commit().await.expect("committed");
        let mut ways = missed::ways(&db, &acme.id).await.expect("read");
        // Two that are made in the same moment stand in no order.
        ways.sort_by_key(|way| way.channel_id != acme.channel_id);
        let [way, back]: [Way; 2] = ways.try_into().expect("there and back");
        assert_eq!((&way.channel_id, &back.target.channel_id), (&acme.channel_id, &acme.channel_id));

        let mut tx = db.begin().await.expect("begun");
        // Two that changed before, two at each of three times since, one that never changed.
        for (number, version) in [8, 9, 10, 10, 11, 11, 12, 12, 0].into_iter().enumerate() {
            message(&mut tx, &ids, &way, i64::try_from(number).expect("small"), version).await;
        }
        let (mut after, mut copies) = (Cursor::since(10), Vec::new());
        loop {
            let step = missed::copies(&mut tx, &way, &after, 4).await.expect("read");
            let Some((last, _)) = step.last() else { break };
            after = last.clone();
            copies.extend(step.into_iter().map(|(at, follower)| (at.version, follower.copy)));
        }
        assert_eq!(copies.iter().map(|(version, _)| *version).collect::<Vec<_>>(), [10, 10, 11, 11, 12, 12]);
        let (mut after, mut reacted) = (Cursor::since(10), Vec::new());
        loop {
            let step = missed::reactions(&mut tx, &way, &after, 4).await.expect("read");
            let Some((last, _)) = step.last() else { break };
            after = last.clone();
            reacted.extend(step.into_iter().map(|(at, _)| at.version));
        }
        assert_eq!(reacted, [10, 10, 11, 11, 12, 12], "a message for all who reacted at once");
        assert!(missed::copies(&mut tx, &back, &Cursor::since(10), 4).await.expect("read").is_empty());
        tx.commit().await.expect("committed");
    }

    async fn a_resume_waits_for_whoever_routes_past_the_pause(database: TestDatabase) {
        let db = database.open().await;
        let ids = Ids(Clock::system(), Rng::system());
        let mut tx = db.begin().await.expect("begun");
        let [acme, birch] = two_channels(&mut tx, &ids).await;
        assert!(pauses::pause(&mut tx, &birch.id, Cause::Admin, &ids.0).await.expect("paused"));
        tx.commit().await.expect("committed");

        let mut tx = db.begin().await.expect("begun");
        let channel: &ChannelId = &acme.channel_id;
        let at = ids.0.now().timestamp_micros();
        let routes = sync_channels::routes(&mut tx, &acme.workspace_id, channel, at).await.expect("read");
        assert!(routes.lead_anywhere && routes.targets.is_empty() && routes.followers.is_empty());
        assert!(routes.paused.iter().eq([&birch.id]), "{routes:?}");
        assert!(pauses::stay_open(&mut tx, &routes.paused).await.expect("locked"));
        let resume = tokio::spawn({
            let (db, channel) = (db.clone(), birch.id.clone());
            async move {
                let mut tx = db.begin().await.expect("begun");
                let resumed = pauses::resume(&mut tx, &queue(&db), &channel, &Clock::system()).await.expect("resumed");
                tx.commit().await.expect("committed");
                resumed
            }
        });
        // Long enough for it to come to the point where it has to wait.
        let _ = tokio::time::timeout(std::time::Duration::from_millis(200), async { while !resume.is_finished() { tokio::task::yield_now().await; } }).await;
        assert!(!resume.is_finished());
        let passed = ids.0.now().timestamp_micros();
        tx.commit().await.expect("committed");
        assert!(resume.await.expect("no panic"));

        // Whoever has looked before and comes behind it looks again.
        let mut tx = db.begin().await.expect("begun");
        assert!(!pauses::stay_open(&mut tx, &routes.paused).await.expect("locked"));
        let (until,): (i64,) = tx.query(sql!("SELECT until_micros FROM pauses")).fetch_one().await.expect("read");
        assert!(until >= passed, "what was routed past the pause was said in it");
        let during = sync_channels::routes(&mut tx, &acme.workspace_id, channel, at).await.expect("read");
        assert!(during.targets.is_empty() && during.followers.len() == 1 && during.paused.is_empty(), "{during:?}");
        let after = sync_channels::routes(&mut tx, &acme.workspace_id, channel, until).await.expect("read");
        assert_eq!((after.targets.len(), after.followers.len()), (1, 1));
    }
}
