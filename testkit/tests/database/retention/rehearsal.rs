//! What a sweep would remove, said before it does.

use std::collections::BTreeMap;

use shared::jobs::retention_sweep::Position;
use shared::sql;
use testkit::on_each_database;

use super::{Bench, GONE, STAYS};

const THIRD: &str = "01THIRD0000000000000000000";

impl Bench {
    async fn third_workspace(&self) {
        let stored = self.db.write(sql!(
            "INSERT INTO workspaces (id, team_id, name, created_at) VALUES ($1, 'T0THIRD', 'Third', $2)"
        ));
        let stored = stored.bind(THIRD).bind(self.ago(400));
        stored.execute_one("workspaces", THIRD).await.expect("stored");
    }

    /// So long ago somebody's channel was paused, read again, and got another id.
    async fn aged(&self, workspace: &str, channel: &str, days: i64) {
        let then = self.ago(days);
        let paused = self.db.write(sql!(
            "INSERT INTO pauses (sync_channel_id, from_micros, until_micros)
             SELECT id, $1, $1 FROM sync_channels WHERE channel_id = $2"
        ));
        let paused = paused.bind(then.timestamp_micros()).bind(channel);
        paused.execute_one("pauses", channel).await.expect("stored");
        let read = self.db.write(sql!(
            "INSERT INTO gaps (workspace_id, channel_id, from_micros, until_micros, reason, created_at, finished_at)
             VALUES ($1, $2, 1, 2, 'x', $3, $3)"
        ));
        let read = read.bind(workspace).bind(channel).bind(then);
        read.execute_one("gaps", channel).await.expect("stored");
        let moved = self.db.write(sql!(
            "INSERT INTO channel_moves (workspace_id, old_channel_id, new_channel_id, moved_at) VALUES ($1, $2, 'C0NEW', $3)"
        ));
        let moved = moved.bind(workspace).bind(channel).bind(then);
        moved.execute_one("channel_moves", channel).await.expect("stored");
    }

    /// What a rehearsal says that a sweep removes, but for what workspaces had.
    async fn rehearsed(&self) -> BTreeMap<&'static str, u64> {
        let rehearsal = self.sweep().rehearse().await.expect("rehearsed");
        let found = rehearsal.found.into_iter().filter(|found| found.rows > 0);
        found.map(|found| (found.what, found.rows)).collect()
    }

    /// What a sweep then removes, but for what workspaces had.
    async fn swept(&self) -> BTreeMap<&'static str, u64> {
        let (mut at, mut swept) = (Position::default(), BTreeMap::new());
        while at != Position::Through {
            let step = self.step(&at).await;
            if step.removed > 0 {
                *swept.entry(step.what).or_default() += step.removed;
            }
            at = step.next;
        }
        swept.remove("rows of workspaces");
        swept
    }
}

on_each_database! {
    async fn a_rehearsal_says_what_a_sweep_then_removes_and_removes_nothing(database: TestDatabase) {
        let bench = Bench::new(&database, 0).await;
        bench.sync("01SYNCEMPTY000000000000000", &[(STAYS, "C0LONE")]).await;
        bench.aged(STAYS, "C0STAYS", 370).await;
        bench.db.write(sql!("UPDATE sync_channels SET status = 'deleted' WHERE channel_id = 'C0LONE'")).execute().await.expect("stored");
        for state in ["sent", "dead", "pending"] {
            bench.message(STAYS, 366, state).await;
        }
        let (liked, _) = bench.message(STAYS, 366, "dead").await;
        bench.reaction(&liked, 1).await;
        bench.message(GONE, 50, "dead").await;
        bench.message(STAYS, 40, "dead").await;
        let rehearsed = bench.rehearsed().await;
        assert_eq!(bench.count(sql!("SELECT COUNT(*) FROM posts WHERE body IS NOT NULL")).await, 5);
        assert_eq!(bench.count(sql!("SELECT COUNT(*) FROM syncs")).await, 2);
        assert_eq!(bench.count(sql!("SELECT COUNT(*) FROM jobs")).await, 0);
        assert_eq!(rehearsed["syncs without a channel"], 1);
        assert_eq!(rehearsed["messages of long ago"], 2, "and their words go with them");
        assert_eq!(rehearsed["texts that could not be delivered"], 2);
        assert_eq!(rehearsed, bench.swept().await);
        assert_eq!(bench.rehearsed().await, BTreeMap::new());
    }

    async fn what_goes_with_a_workspace_is_not_counted_again(database: TestDatabase) {
        let bench = Bench::new(&database, 31).await;
        bench.third_workspace().await;
        bench.sync("01SYNCTHREE000000000000000", &[(GONE, "C0GONE3"), (STAYS, "C0STAYS3"), (THIRD, "C0THIRD3")]).await;
        for (workspace, channel) in [(GONE, "C0GONE"), (GONE, "C0GONE3"), (THIRD, "C0THIRD3")] {
            bench.aged(workspace, channel, 370).await;
        }
        bench.message(GONE, 366, "sent").await;
        bench.message(STAYS, 366, "sent").await;
        bench.message(STAYS, 366, "dead").await;
        // Words that are for it alone go with it.
        bench.message(GONE, 50, "dead").await;
        bench.message(STAYS, 50, "dead").await;
        let rehearsal = bench.sweep().rehearse().await.expect("rehearsed");
        let due: Vec<_> = rehearsal.workspaces.iter().map(|(due, posts)| (due.team_id.as_str(), *posts)).collect();
        assert_eq!(due, [("T0GONE", 2)]);
        let rehearsed = bench.rehearsed().await;
        assert_eq!(rehearsed["syncs without a channel"], 1, "the one that it leaves to a single channel");
        assert_eq!(rehearsed["messages of long ago"], 2);
        assert_eq!(rehearsed, bench.swept().await);
    }
}
