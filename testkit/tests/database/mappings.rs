//! Who a person is elsewhere, and who may say so.

use shared::clock::Clock;
use shared::ids::{UserId, WorkspaceId};
use shared::rng::Rng;
use shared::tables::user_mappings::{self, UserMapping};
use shared::tables::workspaces::{self, Workspace};
use testkit::on_each_database;

on_each_database! {
    async fn what_somebody_decided_no_search_changes(database: TestDatabase) {
        let db = database.open().await;
        let (clock, rng) = (Clock::system(), Rng::system());
        let mut tx = db.begin().await.expect("begun");
        let [acme, birch] = [WorkspaceId::generate(&clock, &rng), WorkspaceId::generate(&clock, &rng)];
        for (id, team) in [(&acme, "T0ACME"), (&birch, "T0BIRCH")] {
            let workspace = Workspace { id: id.clone(), team_id: team.parse().expect("an id"), name: team.to_owned() };
            workspaces::upsert(&mut tx, &workspace, clock.now()).await.expect("stored");
        }
        tx.commit().await.expect("committed");
        let user = |id: &str| id.parse::<UserId>().expect("an id");
        for (target, is_manual, is_taken, then) in [
            (Some("U1"), false, true, Some("U1")),
            (Some("U2"), false, true, Some("U2")),
            (Some("U3"), true, true, Some("U3")),
            (Some("U4"), false, false, Some("U3")),
            (None, true, true, None),
            (Some("U4"), false, false, None),
            (Some("U4"), true, true, Some("U4")),
        ] {
            let mapping = UserMapping {
                workspace_id: acme.clone(),
                user_id: user("U0ADA"),
                target_workspace_id: birch.clone(),
                target_user_id: target.map(user),
                is_manual,
            };
            let mut tx = db.begin().await.expect("begun");
            assert_eq!(user_mappings::set(&mut tx, &mapping, clock.now()).await.expect("stored"), is_taken, "{mapping:?}");
            tx.commit().await.expect("committed");
            let known = user_mappings::get(&db, &acme, &user("U0ADA"), &birch).await.expect("read");
            assert_eq!(known.expect("known").target_user_id, then.map(user));
        }
        assert_eq!(user_mappings::get(&db, &birch, &user("U0ADA"), &acme).await.expect("read"), None, "it has a direction");
    }
}
