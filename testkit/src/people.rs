//! What people are in other workspaces, and what they let SyncBot do there.

use secrecy::SecretString;
use shared::grant::Grant;
use shared::ids::UserId;
use shared::tables::user_mappings::{self, UserMapping};
use shared::tables::user_tokens::{self, UserToken};
use shared::tables::workspaces::{self, Workspace};
use url::Url;
use worker::Services;

use crate::{PATIENCE, Side, TestApp};

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

    /// Somebody in a workspace lets the app in again that they had removed, and it is stored.
    pub async fn reinstall(&self, side: Side) {
        const BACK: &str = "https://syncbot.example/slack/oauth_redirect";
        let slack = &self.slack;
        let scopes = shared::slack::scopes::BOT.join(",");
        let asked = [
            ("client_id", slack.client_id()),
            ("scope", &scopes),
            ("redirect_uri", BACK),
            ("state", "s"),
        ];
        let asked = Url::parse_with_params(&slack.authorize_url(), asked).expect("an address");
        let sent_to = slack.allow(side.team, side.person, asked.as_str());
        let code =
            sent_to.query_pairs().find(|(name, _)| name == "code").expect("a code").1.into_owned();
        let exchange = [("code", code.as_str()), ("redirect_uri", BACK)];
        let exchanged = shared::http_client(PATIENCE)
            .expect("a client")
            .post(format!("{}oauth.v2.access", slack.api_url()))
            .basic_auth(slack.client_id(), Some(slack.client_secret()))
            .form(&exchange)
            .send();
        let answer = exchanged.await.expect("answered").status();
        assert!(answer.is_success(), "{answer}");
        self.install(side).await;
    }

    /// A workspace that is installed.
    pub async fn workspace(&self, side: Side) -> Workspace {
        let mut tx = self.services.db.begin().await.expect("begun");
        let team = side.team.parse().expect("an id");
        let found = workspaces::by_team(&mut tx, &team).await.expect("read");
        found.expect("it is installed")
    }
}
