//! People who are somebody in the other workspace as well appear there as themselves, and are called there.

use serde_json::json;
use slack_emulator::{Fault, FaultRule, UserPost};
use testkit::{ACME, BIRCH, CEDAR, Side, TestApp, Way, on_each_database};

/// Says who somebody of Acme is in another workspace.
async fn map(app: &TestApp, user: &str, to: Side, target: Option<&str>) {
    app.map(ACME, user, to, target).await;
}

fn author(app: &TestApp, side: Side) -> (String, String) {
    let last = app.slack.messages(side.team, side.channel).pop().expect("a message");
    (last.author, last.avatar.unwrap_or_default())
}

on_each_database! {
    async fn a_mapped_author_appears_as_the_person_they_are_there(database: TestDatabase) {
        let app = TestApp::start(database).await;
        app.slack.workspace(BIRCH.team).user("U0BYRON", "Ada Byron");
        app.admit(CEDAR).await;
        app.sync(&[(ACME, Way::Both), (CEDAR, Way::Both)]).await.expect("synced");
        map(&app, ACME.person, BIRCH, Some("U0BYRON")).await;
        ACME.says(&app.slack, "it is me");
        app.until_reads(BIRCH, &["it is me"]).await;
        app.until_reads(CEDAR, &["it is me"]).await;
        let (name, avatar) = author(&app, BIRCH);
        assert!(name == "Ada Byron" && avatar.contains("U0BYRON"), "{name} {avatar}");
        assert_eq!(author(&app, CEDAR).0, "Ada Lovelace (Acme)", "known in one workspace is not known in all");
        // The way back has a mapping of its own.
        app.slack.workspace(BIRCH.team).let_in(BIRCH.channel, "U0BYRON");
        app.slack.say(BIRCH.team, BIRCH.channel, "U0BYRON", "and here");
        app.until_both_have(2).await;
        assert_eq!(author(&app, ACME).0, "Ada Byron (Birch)");
        app.until_settled().await;
        app.stop_everything().await;
    }

    async fn an_author_whose_other_self_nobody_knows_appears_as_before(database: TestDatabase) {
        let app = TestApp::start(database).await;
        app.slack.add_fault(FaultRule::always(Fault::error("user_not_found")).on_method("users.info").in_team(BIRCH.team));
        map(&app, ACME.person, BIRCH, Some("U0GONE")).await;
        ACME.says(&app.slack, "who am I?");
        app.until_both_have(1).await;
        assert_eq!(author(&app, BIRCH).0, "Ada Lovelace (Acme)");
        map(&app, ACME.person, BIRCH, None).await;
        ACME.says(&app.slack, "nobody else");
        app.until_both_have(2).await;
        assert_eq!(author(&app, BIRCH).0, "Ada Lovelace (Acme)");
        app.finish().await;
    }

    async fn a_mention_calls_whoever_is_mapped_and_nobody_with_the_same_id(database: TestDatabase) {
        let app = TestApp::start(database).await;
        for (user, name) in [("U0GRACE", "Grace Hopper"), ("U0MAX", "Max Born")] {
            app.slack.workspace(ACME.team).user(user, name);
            app.slack.workspace(BIRCH.team).user(user, "Somebody else");
        }
        map(&app, ACME.person, BIRCH, Some(BIRCH.person)).await;
        map(&app, "U0MAX", BIRCH, None).await;
        let ts = ACME.says(&app.slack, "<@U0ADA>, <@U0GRACE> and <@U0MAX>");
        app.until_both_have(1).await;
        assert_eq!(BIRCH.texts(&app.slack), ["<@U0LINUS>, `Grace Hopper (Acme)` and `Max Born (Acme)`"]);
        map(&app, "U0GRACE", BIRCH, Some("U0GRACE")).await;
        app.slack.edit(ACME.team, ACME.channel, ACME.person, &ts, "or <@U0GRACE>, then");
        app.until_reads(BIRCH, &["or <@U0GRACE>, then"]).await;
        app.until_settled().await;
        app.stop_everything().await;
    }

    async fn a_mention_in_a_list_calls_whoever_is_mapped(database: TestDatabase) {
        let app = TestApp::start(database).await;
        map(&app, ACME.person, BIRCH, Some(BIRCH.person)).await;
        let mention = json!({ "type": "user", "user_id": ACME.person });
        let list = json!([{ "type": "rich_text", "elements": [{ "type": "rich_text_list", "style": "bullet", "elements": [
            { "type": "rich_text_section", "elements": [mention] }] }] }]);
        app.slack.post(ACME.team, ACME.channel, UserPost::new(ACME.person, "• <@U0ADA>").with_blocks(list)).expect("said");
        app.until_both_have(1).await;
        let copy = app.slack.messages(BIRCH.team, BIRCH.channel).remove(0);
        let element = copy.blocks.expect("a list")[0]["elements"][0]["elements"][0]["elements"][0].clone();
        assert_eq!((element, copy.text.as_str()), (json!({ "type": "user", "user_id": BIRCH.person }), "• <@U0LINUS>"));
        app.until_settled().await;
        app.stop_everything().await;
    }
}
