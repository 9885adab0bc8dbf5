//! Workspaces install the app in a browser: what the visitor sees, and what is stored.

mod astray;
mod crowd;
mod interrupted;
mod rotation;

use shared::sql;
use shared::tables::audit::{self, Filter};
use slack_emulator::SlackEmulator;
use testkit::{ACME, BIRCH, CEDAR, PATIENCE, Side, TestApp, Visitor, Way, on_each_database};

/// A third workspace, which has not installed the app.
pub(crate) fn enters(app: &TestApp, side: Side) {
    let workspace = app.slack.add_workspace_without_app(side.team, side.name);
    workspace.user(side.person, side.person_name).channel(side.channel, "general");
}

/// What stands in the database of a workspace's bot and people: tokens, scopes of the bot.
pub(crate) async fn stored(app: &TestApp, side: Side) -> Option<(String, String, i64)> {
    app.db
        .read(sql!(
            "SELECT token, scopes, (SELECT COUNT(*) FROM user_tokens WHERE user_tokens.workspace_id = workspaces.id)
             FROM installations JOIN workspaces ON workspaces.id = installations.workspace_id WHERE team_id = $1"
        ))
        .bind(side.team)
        .fetch_optional()
        .await
        .expect("read")
}

/// Exchanges that Slack was asked for.
pub(crate) fn exchanges(app: &TestApp) -> usize {
    app.slack.calls_of("oauth.v2.access").len()
}

/// A channel of Acme is in step with that of a workspace which was installed just now, and something is said there.
async fn is_heard(app: &TestApp, side: Side, channel: &'static str) {
    app.slack.workspace(ACME.team).channel(channel, "more");
    let acme = Side { channel, ..ACME };
    app.slack.workspace(side.team).channel(side.channel, "general");
    app.sync(&[(acme, Way::Both), (side, Way::Both)]).await.expect("synced");
    acme.says(&app.slack, "welcome");
    let arrives = |slack: &SlackEmulator| side.texts(slack).iter().any(|text| text == "welcome");
    app.slack.wait_until(arrives, PATIENCE).await.expect("it arrives");
}

on_each_database! {
    async fn somebody_installs_the_app_in_a_new_workspace_while_the_worker_is_away(database: TestDatabase) {
        let mut app = TestApp::start_without_worker(database).await;
        enters(&app, CEDAR);
        let mut visitor = Visitor::at(&app.url);
        let asked = visitor.begins().await;
        assert!(asked.starts_with(&app.slack.authorize_url()), "{asked}");
        let back = app.slack.allow(CEDAR.team, CEDAR.person, &asked);
        let page = visitor.comes_back(back.as_str()).await;
        let code = back.query_pairs().find(|(name, _)| name == "code").expect("a code").1.into_owned();
        assert!(!page.contains(&code), "{page}");

        let seen = visitor.open(&page).await;
        assert!(seen.status == 200 && seen.text.contains("Installing SyncBot …"), "{}", seen.text);
        assert!(seen.text.contains("<noscript><meta http-equiv=\"refresh\""), "{}", seen.text);
        let header = |name: &str| seen.headers[name].to_str().expect("text").to_owned();
        assert_eq!((header("cache-control"), header("referrer-policy")), ("no-store".to_owned(), "no-referrer".to_owned()));
        let policy = header("content-security-policy");
        assert!(policy.starts_with("default-src 'none'; script-src 'sha256-") && !policy.contains("unsafe"), "{policy}");
        assert_eq!(visitor.open(&format!("{page}/status")).await.text, "waiting");
        let [cookie] = visitor.set_cookies.as_slice() else { panic!("one cookie") };
        assert!(cookie.contains("; Max-Age=604800; HttpOnly; SameSite=Lax") && !cookie.contains("Secure"), "{cookie}");
        let carried: Vec<(String,)> = app.db.read(sql!("SELECT payload FROM jobs WHERE kind = 'exchange_code'")).fetch_all().await.expect("read");
        assert!(carried.len() == 1 && !carried[0].0.contains(&code), "the code is sealed: {carried:?}");
        assert_eq!(stored(&app, CEDAR).await, None);

        // It takes longer, and says so.
        app.db.write(sql!("UPDATE install_attempts SET updated_at = created_at")).execute().await.expect("stored");
        app.start_worker();
        let seen = visitor.until(&page, "installed").await;
        assert!(seen.text.contains("SyncBot is installed in Cedar") && !seen.text.contains("The rest works"), "{}", seen.text);
        assert!(!seen.text.contains("<script>") && !seen.text.contains("xox"), "{}", seen.text);
        let (token, scopes, people) = stored(&app, CEDAR).await.expect("installed");
        assert!(token.starts_with("v1.") && people == 1, "{token}");
        assert_eq!(scopes, shared::slack::scopes::BOT.join(","));
        let left: (i64,) = app.db.read(sql!("SELECT COUNT(*) FROM install_attempts WHERE answer IS NOT NULL")).fetch_one().await.expect("read");
        assert_eq!(left.0, 0, "what Slack gave is where it belongs");
        let team = CEDAR.team.parse().expect("an id");
        let noted = audit::latest(&app.db, &Filter { team: Some(&team), ..Filter::default() }, 9).await.expect("read");
        assert_eq!(noted.iter().map(|entry| (entry.actor.as_str(), entry.action.as_str())).collect::<Vec<_>>(), [(CEDAR.person, "workspace.installed")]);
        is_heard(&app, CEDAR, "C0MORE").await;
        app.until_settled().await;
        assert_eq!(app.dead_jobs().await, []);
        app.stop_everything().await;
    }

    async fn a_workspace_that_removed_the_app_and_installs_it_again_goes_on(database: TestDatabase) {
        let app = TestApp::start(database).await;
        app.slack.uninstall(BIRCH.team);
        app.until_settled().await;
        let mut visitor = Visitor::at(&app.url);
        let page = visitor.installs(&app.slack, BIRCH).await;
        let seen = visitor.until(&page, "installed").await;
        assert!(seen.text.contains("SyncBot is installed in Birch"), "{}", seen.text);
        app.until_settled().await;
        ACME.says(&app.slack, "again");
        let arrives = |slack: &SlackEmulator| BIRCH.texts(slack).last().is_some_and(|text| text == "again");
        app.slack.wait_until(arrives, PATIENCE).await.expect("it arrives");
        app.stop_everything().await;
    }

    async fn fewer_scopes_are_told_of_and_more_may_follow(database: TestDatabase) {
        let app = TestApp::start(database).await;
        enters(&app, CEDAR);
        let few = ["channels:history", "channels:read", "chat:write", "channels:join", "channels:manage", "users:read"];
        app.slack.workspace(CEDAR.team).grant_only(few);
        let mut visitor = Visitor::at(&app.url);
        let page = visitor.installs(&app.slack, CEDAR).await;
        let seen = visitor.until(&page, "installed").await;
        for lacks in ["files are not copied.", "reactions are not copied.", "private channels cannot be kept in step.", "in your own name."] {
            assert!(seen.text.contains(lacks), "{lacks}: {}", seen.text);
        }
        assert!(!seen.text.contains("nothing can be posted"), "{}", seen.text);
        is_heard(&app, CEDAR, "C0MORE").await;

        app.slack.workspace(CEDAR.team).grant_all();
        let page = visitor.installs(&app.slack, CEDAR).await;
        let seen = visitor.until(&page, "installed").await;
        assert!(!seen.text.contains("The rest works"), "{}", seen.text);
        let (_, scopes, people) = stored(&app, CEDAR).await.expect("installed");
        assert!(scopes.contains("files:write") && people == 1, "{scopes}");
        app.until_settled().await;
        assert_eq!(app.dead_jobs().await, []);
        app.stop_everything().await;
    }

    async fn two_who_install_the_same_workspace_at_once_both_see_that_it_is(database: TestDatabase) {
        let mut app = TestApp::start_without_worker(database).await;
        app.slack.switch(|switches| switches.reinstall_keeps_the_token = false);
        enters(&app, CEDAR);
        let mut visitors = [Visitor::at(&app.url), Visitor::at(&app.url)];
        let mut pages = Vec::new();
        for visitor in &mut visitors {
            pages.push(visitor.installs(&app.slack, CEDAR).await);
        }
        app.start_worker();
        app.start_worker();
        for (visitor, page) in visitors.iter_mut().zip(&pages) {
            visitor.until(page, "installed").await;
        }
        // The first token is good no longer: the second one is stored, whichever was stored first.
        is_heard(&app, CEDAR, "C0MORE").await;
        app.until_settled().await;
        assert_eq!((exchanges(&app), app.dead_jobs().await), (2, vec![]));
        app.stop_everything().await;
    }
}
