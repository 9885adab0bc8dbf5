//! `syncbot sweep`, as an operator or a scheduler uses it: the real binary, on each database.

use chrono::TimeDelta;
use shared::clock::Clock;
use shared::db::Db;
use shared::queue::{Lane, Queue};
use shared::rng::Rng;
use shared::sql;
use shared::tables::audit::{self, Filter};
use testkit::{Process, TestDatabase, Town, on_each_database};

/// Runs it with what an operator's shell has; returns exit status and everything that it printed.
async fn sweep(
    database: &TestDatabase,
    more: &[(&str, &str)],
    arguments: &[&str],
) -> (i32, String) {
    let url = database.url();
    let shell = [("DATABASE_URL", url.as_str()), ("DATABASE_TLS_ENABLED", "false")];
    let arguments = [&["sweep"], arguments].concat();
    let variables = shell.iter().chain(more).copied();
    let mut process = Process::start("syncbot", &arguments, variables);
    let status = process.ended().await;
    (status.code().expect("it ends by itself"), process.output())
}

/// Birch has removed the app so many days ago.
async fn is_gone_for(db: &Db, days: i64) {
    db.write(sql!("UPDATE workspaces SET deleted_at = $1 WHERE team_id = 'T0BIRCH'"))
        .bind(Clock::system().now() - TimeDelta::days(days))
        .execute_one("workspaces", "T0BIRCH")
        .await
        .expect("stored");
}

async fn workspaces(db: &Db) -> i64 {
    let count = db.read(sql!("SELECT COUNT(*) FROM workspaces"));
    count.fetch_one::<(i64,)>().await.expect("counted").0
}

on_each_database! {
    async fn an_operator_sees_what_would_go_and_lets_it_go(database: TestDatabase) {
        let _town = Town::build(&database, 2).await;
        let db = database.open().await;
        is_gone_for(&db, 45).await;
        let (status, output) = sweep(&database, &[], &["--dry-run"]).await;
        assert!(status == 0 && output.contains("Birch (T0BIRCH), uninstalled since 20"), "{status}: {output}");
        assert!(output.contains("workspaces, 30 days after") && output.contains("Nothing was removed."), "{output}");
        assert!(output.contains("Not counted: what else these workspaces had"), "{output}");
        let syncs = |output: &str| output.lines().find_map(|line| line.trim_start().strip_prefix("syncs without a channel").map(|rows| rows.trim().to_owned()));
        assert_eq!(syncs(&output).as_deref(), Some("2"), "{output}");
        let (status, output) = sweep(&database, &[("SOFT_DELETE_RETENTION_DAYS", "60")], &[]).await;
        assert!(status == 0 && output.contains("There was nothing to remove."), "{status}: {output}");
        assert_eq!(workspaces(&db).await, 2);
        let (status, output) = sweep(&database, &[], &[]).await;
        assert!(status == 0 && output.contains("The workspace Birch (T0BIRCH), uninstalled since 20"), "{status}: {output}");
        assert!(output.contains("workspaces") && output.contains("rows of workspaces"), "{output}");
        assert_eq!(syncs(&output).as_deref(), Some("2"), "as it was said: {output}");
        assert_eq!(workspaces(&db).await, 1);
        let noted = audit::latest(&db, &Filter::default(), 1).await.expect("read");
        let purged = (noted[0].action.as_str(), noted[0].actor.as_str(), noted[0].detail.as_deref());
        assert_eq!(purged, ("workspace.purged", "operator", Some("45 days after it was uninstalled")));
        let (status, output) = sweep(&database, &[], &[]).await;
        assert!(status == 0 && output == "There was nothing to remove.\n", "{status}: {output}");
        let (status, output) = sweep(&database, &[("SOFT_DELETE_RETENTION_DAYS", "0")], &[]).await;
        assert!(status == 2 && output.contains("SOFT_DELETE_RETENTION_DAYS"), "{status}: {output}");
        let (status, output) = sweep(&database, &[], &["--help"]).await;
        assert!(status == 0 && output.contains("syncbot sweep --dry-run"), "{output}");
    }

    async fn while_somebody_sweeps_another_says_so_and_changes_nothing(database: TestDatabase) {
        let _town = Town::build(&database, 1).await;
        let db = database.open().await;
        is_gone_for(&db, 45).await;
        let queue = Queue::new(db.clone(), Clock::system(), Rng::system());
        queue.time().measure(&db).await.expect("measured");
        let lease = queue.take("somebody", &Lane::sweep(), 60_000).await.expect("asked").expect("free");
        let (status, output) = sweep(&database, &[], &[]).await;
        assert!(status == 1 && output.contains("A sweep is running already"), "{status}: {output}");
        assert_eq!(workspaces(&db).await, 2);
        queue.yield_lane(&lease).await.expect("given back");
        let (status, output) = sweep(&database, &[], &[]).await;
        assert!(status == 0 && workspaces(&db).await == 1, "{status}: {output}");
    }

    async fn beside_workers_what_is_to_go_goes_once(database: TestDatabase) {
        let town = Town::build(&database, 1).await;
        let db = database.open().await;
        is_gone_for(&db, 45).await;
        let working = [town.start_worker(), town.start_worker()];
        let (first, second) = tokio::join!(sweep(&database, &[], &[]), sweep(&database, &[], &[]));
        for (status, output) in [first, second] {
            assert!(status == 0 || status == 1 && output.contains("is running already"), "{status}: {output}");
        }
        while workspaces(&db).await > 1 {
            tokio::task::yield_now().await;
        }
        let counts = db.read(sql!(
            "SELECT (SELECT COUNT(*) FROM audit_log WHERE action = 'workspace.purged'),
                    (SELECT COUNT(*) FROM jobs WHERE dedup_key LIKE 'tell_admins:T0ACME:purged:T0BIRCH:%')"
        ));
        let counts: (i64, i64) = counts.fetch_one().await.expect("counted");
        assert_eq!(counts, (1, 1));
        for mut worker in working {
            // Before that it knows no signal.
            worker.line_with("working").await;
            assert!(worker.stop().await.0.success());
        }
    }
}
