//! What people are in other workspaces, and what they let SyncBot do there.

use secrecy::SecretString;
use shared::grant::Grant;
use shared::ids::UserId;
use shared::tables::user_mappings::{self, UserMapping};
use shared::tables::user_tokens::{self, UserToken};
use shared::tables::workspaces::{self, Workspace};
use worker::Services;

use crate::{Side, TestApp};

impl TestApp {
    /// Somebody decides who a person of one workspace is in another.
    pub async fn map(&self, from: Side, user: &str, to: Side, target: Option<&str>) {
        let mapping = UserMapping {
            workspace_id: self.workspace(from).await.id,
            user_id: user.parse().expect("an id"),
            target_workspace_id: self.workspace(to).await.id,
            target_user_id: target.map(|target| target.parse().expect("an id")),
            is_manual: true,
        };
        let Services { db, clock, .. } = &self.services;
        let mut tx = db.begin().await.expect("begun");
        assert!(user_mappings::set(&mut tx, &mapping, clock.now()).await.expect("stored"));
        tx.commit().await.expect("committed");
    }

    /// Somebody lets SyncBot speak in their own name.
    pub async fn authorize(&self, side: Side, user: &str) {
        let scopes = shared::slack::scopes::USER;
        let token = SecretString::from(self.slack.authorize(side.team, user, scopes));
        let grant = Grant::lasting(token, scopes.join(","));
        let Services { db, clock, sealer, .. } = &self.services;
        let workspace = self.workspace(side).await.id;
        let user: UserId = user.parse().expect("an id");
        let token = UserToken::new(workspace, user, &grant, sealer);
        let mut tx = db.begin().await.expect("begun");
        user_tokens::upsert(&mut tx, &token, clock.now()).await.expect("stored");
        tx.commit().await.expect("committed");
    }

    /// A workspace that is installed.
    pub async fn workspace(&self, side: Side) -> Workspace {
        let mut tx = self.services.db.begin().await.expect("begun");
        let team = side.team.parse().expect("an id");
        let found = workspaces::by_team(&mut tx, &team).await.expect("read");
        found.expect("it is installed")
    }
}
