//! Whoever has the same e-mail address in two workspaces is one person in both, without anybody saying so.

use slack_emulator::{Fault, FaultRule, User};
use testkit::{ACME, BIRCH, Side, TestApp, on_each_database};

const ADDRESS: &str = "ada@example.org";
const LOOKUP: &str = "users.lookupByEmail";

/// Ada of Acme has an address, and so have those of Birch.
async fn with_addresses(database: testkit::TestDatabase, birch: &[(&str, &str)]) -> TestApp {
    let mut app = TestApp::start_without_worker(database).await;
    app.slack.workspace(ACME.team).change_user(ACME.person, |ada| {
        ada.email = Some("Ada@Example.org".to_owned());
    });
    for (user, email) in birch {
        app.slack.workspace(BIRCH.team).add_user(User::new(user, "Ada Byron").email(email));
    }
    app.start_worker();
    app
}

/// Under which name the last message stands there.
fn author(app: &TestApp, side: Side) -> String {
    app.slack.messages(side.team, side.channel).pop().expect("a message").author
}

async fn says(app: &TestApp, text: &str) -> String {
    ACME.says(&app.slack, text);
    let copied = app.slack.wait_until(
        |slack| BIRCH.texts(slack).last().is_some_and(|last| last == text),
        testkit::PATIENCE,
    );
    copied.await.expect("it arrives");
    app.until_settled().await;
    author(app, BIRCH)
}

const ELSEWHERE: &str = "Ada Byron";
const NOBODY: &str = "Ada Lovelace (Acme)";

on_each_database! {
    async fn whoever_has_the_same_address_is_the_same_person(database: TestDatabase) {
        let app = with_addresses(database, &[("U0BYRON", ADDRESS)]).await;
        app.until_settled().await;
        assert_eq!(says(&app, "it is me").await, ELSEWHERE);
        app.slack.say(ACME.team, ACME.channel, ACME.person, "call <@U0ADA>");
        app.until_settled().await;
        assert_eq!(BIRCH.texts(&app.slack).pop().expect("a copy"), "call <@U0BYRON>");
        assert!(app.slack.calls_of(LOOKUP).is_empty(), "the directory has everybody");
        app.stop_everything().await;
    }

    async fn an_address_of_two_is_nobodys(database: TestDatabase) {
        let app = with_addresses(database, &[("U0BYRON", ADDRESS), ("U0BYRONB", ADDRESS)]).await;
        app.until_settled().await;
        assert_eq!(says(&app, "who am I?").await, NOBODY);
        app.finish().await;
    }

    async fn where_the_directory_cannot_be_read_the_author_is_asked_for_once(database: TestDatabase) {
        let app = TestApp::start_without_worker(database).await;
        app.slack.add_fault(FaultRule::always(Fault::error("service_unavailable")).on_method("users.list"));
        let mut app = app;
        app.slack.workspace(ACME.team).change_user(ACME.person, |ada| ada.email = Some(ADDRESS.to_owned()));
        app.slack.workspace(ACME.team).add_user(User::new("U0MAX", "Max Born").email("max@example.org"));
        app.slack.workspace(ACME.team).let_in(ACME.channel, "U0MAX");
        app.slack.workspace(BIRCH.team).add_user(User::new("U0BYRON", "Ada Byron").email(ADDRESS));
        app.start_worker();
        for (user, name) in [(ACME.person, ELSEWHERE), ("U0MAX", "Max Born (Acme)")] {
            for text in ["once", "and again"] {
                app.slack.say(ACME.team, ACME.channel, user, &format!("{text}, {user}"));
                let copied = |slack: &slack_emulator::SlackEmulator| {
                    let texts = BIRCH.texts(slack);
                    texts.last().is_some_and(|last| last.starts_with(text) && last.ends_with(user))
                };
                app.slack.wait_until(copied, testkit::PATIENCE).await.expect("it arrives");
                assert_eq!(author(&app, BIRCH), name);
            }
        }
        assert_eq!(app.slack.calls_of(LOOKUP).len(), 2, "once for each");
        app.stop_everything().await;
    }

    async fn whoever_joins_changes_or_leaves_is_known_from_then_on(database: TestDatabase) {
        let app = with_addresses(database, &[]).await;
        app.until_settled().await;
        assert_eq!(says(&app, "nobody there").await, NOBODY);
        app.slack.workspace(BIRCH.team).join(User::new("U0BYRON", "Ada Byron").email(ADDRESS));
        app.until_settled().await;
        assert_eq!(says(&app, "now I am").await, ELSEWHERE);
        app.slack.change_profile(BIRCH.team, "U0BYRON", |ada| ada.email = Some("other@example.org".to_owned()));
        app.until_settled().await;
        assert_eq!(says(&app, "not any more").await, NOBODY);
        app.slack.change_profile(BIRCH.team, "U0BYRON", |ada| ada.email = Some(ADDRESS.to_owned()));
        app.until_settled().await;
        assert_eq!(says(&app, "again").await, ELSEWHERE);
        app.slack.deactivate(BIRCH.team, "U0BYRON");
        app.until_settled().await;
        assert_eq!(says(&app, "left").await, NOBODY);
        app.finish().await;
    }

    async fn what_somebody_decided_counts_more_than_an_address(database: TestDatabase) {
        let app = with_addresses(database, &[("U0BYRON", ADDRESS)]).await;
        app.map(ACME, ACME.person, BIRCH, None).await;
        app.until_settled().await;
        assert_eq!(says(&app, "nobody").await, NOBODY);
        app.map(ACME, ACME.person, BIRCH, Some(BIRCH.person)).await;
        assert_eq!(says(&app, "Linus").await, BIRCH.person_name);
        app.slack.change_profile(BIRCH.team, "U0BYRON", |ada| "Ada King".clone_into(&mut ada.real_name));
        app.until_settled().await;
        assert_eq!(says(&app, "still Linus").await, BIRCH.person_name);
        app.stop_everything().await;
    }
}
