//! Who is denied, comes late, comes twice, comes from elsewhere, or to an instance that is not set up.

use shared::clock::Clock;
use shared::config::{IngressConfig, Source};
use shared::queue::Queue;
use shared::rng::Rng;
use shared::sql;
use slack_emulator::{Fault, FaultRule};
use testkit::{CEDAR, TestApp, Visitor, on_each_database};
use tokio::net::TcpListener;

use super::{enters, exchanges, stored};

/// The page of an attempt that came to nothing.
async fn failed(visitor: &mut Visitor, page: &str, title: &str) {
    let seen = visitor.until(page, "failed").await;
    assert!(seen.text.contains(title) && seen.text.contains("Install again"), "{}", seen.text);
}

on_each_database! {
    async fn whoever_says_no_or_comes_late_is_told_what_to_do(database: TestDatabase) {
        let app = TestApp::start(database).await;
        enters(&app, CEDAR);
        let mut visitor = Visitor::at(&app.url);
        let asked = visitor.begins().await;
        let denied = app.slack.deny(&asked);
        let page = visitor.comes_back(denied.as_str()).await;
        failed(&mut visitor, &page, "SyncBot was not installed").await;

        let asked = visitor.begins().await;
        let state = asked.split_once("state=").expect("a state").1.split('&').next().expect("one").to_owned();
        let page = visitor.comes_back(&format!("/slack/oauth_redirect?error=invalid_scope&state={state}")).await;
        failed(&mut visitor, &page, "Slack does not know what SyncBot asked for").await;

        let asked = visitor.begins().await;
        let back = app.slack.allow(CEDAR.team, CEDAR.person, &asked);
        let long_ago = Clock::system().now() - chrono::TimeDelta::seconds(601);
        app.db.write(sql!("UPDATE install_attempts SET created_at = $1 WHERE status = 'began'")).bind(long_ago).execute().await.expect("stored");
        let page = visitor.comes_back(back.as_str()).await;
        failed(&mut visitor, &page, "This took too long").await;
        assert_eq!((exchanges(&app), stored(&app, CEDAR).await), (0, None));
        app.stop_everything().await;
    }

    async fn an_answer_counts_once_and_in_its_own_browser(database: TestDatabase) {
        let app = TestApp::start(database).await;
        enters(&app, CEDAR);
        let (mut visitor, mut other) = (Visitor::at(&app.url), Visitor::at(&app.url));
        let asked = visitor.begins().await;
        let back = app.slack.allow(CEDAR.team, CEDAR.person, &asked);
        let foreign = other.open(back.as_str()).await;
        assert!(foreign.status == 403 && foreign.text.contains("began in another browser"), "{}", foreign.text);
        assert_eq!(exchanges(&app), 0, "it is as good as it was");

        let page = visitor.comes_back(back.as_str()).await;
        for address in [page.clone(), format!("{page}/status")] {
            let seen = other.open(&address).await;
            assert!(seen.status == 403 && !seen.text.contains("Cedar"), "{}", seen.text);
        }
        visitor.until(&page, "installed").await;
        let replayed = visitor.open(back.as_str()).await;
        assert!(replayed.status == 409 && replayed.text.contains("has brought you here before") && replayed.text.contains(&page), "{}", replayed.text);
        assert_eq!(exchanges(&app), 1);

        for (address, status, title) in [
            ("/slack/oauth_redirect", 400, "An installation begins here"),
            ("/slack/oauth_redirect?code=x", 400, "An installation begins here"),
            ("/slack/oauth_redirect?code=x&state=forged", 400, "no longer valid"),
            ("/slack/oauth_redirect?code=x&code=y&state=forged", 400, "An installation begins here"),
            ("/slack/install/01ARZ3NDEKTSV4RRFFQ69G5FAV", 400, "no longer valid"),
            ("/slack/install/nonsense", 400, "no longer valid"),
            ("/slack/install/%ff", 400, "no longer valid"),
            ("/slack/install/%00%2f..", 400, "no longer valid"),
        ] {
            let seen = visitor.open(address).await;
            assert!(seen.status == status && seen.text.contains(title), "{address}: {} {}", seen.status, seen.text);
            assert!(seen.text.contains(&format!("href=\"{}/slack/install\"", app.url)), "{}", seen.text);
            assert!(seen.headers.contains_key("content-security-policy") && seen.headers["cache-control"] == "no-store", "{address}");
        }
        let seen = visitor.open("/slack/install/%ff/status").await;
        assert!(seen.status == 400 && seen.text.is_empty() && seen.headers["cache-control"] == "no-store", "{}", seen.text);
        let seen = visitor.open("/slack/install?team=T0CEDAR").await;
        assert!(seen.location.ends_with("&team=T0CEDAR"), "{}", seen.location);
        let seen = visitor.open("/slack/install?team=%3Cscript%3E").await;
        assert!(seen.status == 302 && !seen.location.contains("team="), "{}", seen.location);
        app.stop_everything().await;
    }

    async fn cookies_of_others_are_in_nobodys_way(database: TestDatabase) {
        let app = TestApp::start(database).await;
        enters(&app, CEDAR);
        for splits_cookies in [false, true] {
            let mut visitor = Visitor::at(&app.url);
            visitor.foreign_cookies = vec![b"theme=gr\xfcn".to_vec(), "name=Zoë".into(), b"no value".to_vec()];
            visitor.splits_cookies = splits_cookies;
            let page = visitor.installs(&app.slack, CEDAR).await;
            visitor.until(&page, "installed").await;
        }
        app.until_settled().await;
        app.stop_everything().await;
    }

    async fn what_slack_says_to_the_exchange_has_its_page(database: TestDatabase) {
        let app = TestApp::start(database).await;
        enters(&app, CEDAR);
        let mut visitor = Visitor::at(&app.url);
        for (code, title) in [
            ("invalid_scope", "Slack does not know what SyncBot asked for"),
            ("invalid_code", "This took too long"),
            ("bad_client_secret", "does not take this SyncBot"),
            ("of_a_new_kind", "Slack refused the installation"),
        ] {
            app.slack.add_fault(FaultRule::once(Fault::error(code)).on_method("oauth.v2.access"));
            let page = visitor.installs(&app.slack, CEDAR).await;
            failed(&mut visitor, &page, title).await;
        }
        assert_eq!((exchanges(&app), stored(&app, CEDAR).await), (4, None));
        app.slack.workspace(CEDAR.team).grant_only(["nothing"]);
        let page = visitor.installs(&app.slack, CEDAR).await;
        failed(&mut visitor, &page, "Slack let no bot in").await;
        app.until_idle().await;
        assert_eq!(app.dead_jobs().await, []);
        app.stop_everything().await;
    }

    async fn an_instance_that_is_not_set_up_says_so(database: TestDatabase) {
        let app = TestApp::start(database).await;
        enters(&app, CEDAR);
        let bare = [("LOCAL_DEVELOPMENT", "true"), ("DATABASE_URL", "sqlite:///unused")];
        let config = IngressConfig::load(Source::fixed(bare)).expect("valid").config;
        let queue = Queue::new(app.db.clone(), Clock::system(), Rng::system());
        let edge = ingress::Edge::new(queue, &config, Clock::system(), Rng::system());
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
        let url = format!("http://{}", listener.local_addr().expect("it listens"));
        let serving = tokio::spawn(ingress::serve(listener, ingress::router(edge), std::future::pending()));
        for path in ["/slack/install", "/slack/oauth_redirect?code=x&state=y"] {
            let seen = Visitor::at(&url).open(path).await;
            assert!(seen.status == 503 && seen.text.contains("SLACK_CLIENT_ID"), "{}", seen.text);
        }
        serving.abort();

        // No worker has ever opened this database: the code waits in the browser's address.
        let shown: (String,) = app.db.read(sql!("SELECT value FROM instance_settings WHERE name = 'sealing.letterbox'")).fetch_one().await.expect("read");
        app.db.write(sql!("DELETE FROM instance_settings WHERE name = 'sealing.letterbox'")).execute().await.expect("removed");
        let mut visitor = Visitor::at(&app.url);
        let asked = visitor.begins().await;
        let back = app.slack.allow(CEDAR.team, CEDAR.person, &asked);
        let seen = visitor.open(back.as_str()).await;
        assert!(seen.status == 503 && seen.text.contains("is not ready yet"), "{}", seen.text);
        app.db.write(sql!("INSERT INTO instance_settings (name, value) VALUES ('sealing.letterbox', $1)")).bind(shown.0).execute().await.expect("stored");
        let page = visitor.comes_back(back.as_str()).await;
        visitor.until(&page, "installed").await;
        app.until_idle().await;
        app.stop_everything().await;
    }
}
