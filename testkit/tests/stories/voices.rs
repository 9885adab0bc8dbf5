//! Somebody who lets SyncBot speak for them in another workspace posts there in their own name; and nothing of
//! that comes back.

use slack_emulator::{Fault, FaultRule, ShownMessage, Switches, UserPost};
use testkit::{ACME, BIRCH, PATIENCE, TestApp, TestDatabase, on_each_database};

const POST: &str = "chat.postMessage";
const OTHER: &str = "U0BYRON";

/// Ada is somebody in Birch as well, and lets SyncBot speak for her there.
async fn ada_speaks(database: TestDatabase) -> TestApp {
    let app = TestApp::start(database).await;
    app.slack.workspace(BIRCH.team).user(OTHER, "Ada Byron").let_in(BIRCH.channel, OTHER);
    app.map(ACME, ACME.person, BIRCH, Some(OTHER)).await;
    app.authorize(BIRCH, OTHER).await;
    app
}

/// In whatever way Slack tells of a message that was posted with a person's token.
fn ways_to_tell() -> [fn(&mut Switches); 4] {
    [
        |_| {},
        |switches| switches.person_posts_name_the_app = false,
        |switches| {
            switches.person_posts_name_the_app = false;
            switches.events_carry_metadata = false;
        },
        |switches| {
            switches.person_posts_name_the_app = false;
            switches.person_posts_take_metadata = false;
        },
    ]
}

fn last(app: &TestApp) -> ShownMessage {
    app.slack.messages(BIRCH.team, BIRCH.channel).pop().expect("a copy")
}

on_each_database! {
    async fn what_somebody_says_in_their_own_name_elsewhere_goes_round_no_circle(database: TestDatabase) {
        let app = ada_speaks(database).await;
        for (number, way) in ways_to_tell().into_iter().enumerate() {
            app.slack.switch(|switches| *switches = Switches::default());
            app.slack.switch(way);
            ACME.says(&app.slack, &format!("it is really me, {number}"));
            app.until_both_have(number + 1).await;
            app.until_settled().await;
            let copy = last(&app);
            assert_eq!((copy.author.as_str(), copy.user.as_deref()), ("Ada Byron", Some(OTHER)));
            assert_eq!(ACME.texts(&app.slack).len(), number + 1, "it comes back, told in way {number}");
        }
        // What she says there herself is hers, and copied.
        app.slack.say(BIRCH.team, BIRCH.channel, OTHER, "and here");
        app.until_both_have(5).await;
        app.until_settled().await;
        assert_eq!(ACME.texts(&app.slack).pop().expect("a copy"), "and here");
        assert_eq!(app.dead_jobs().await, []);
        app.stop_everything().await;
    }

    async fn a_copy_whose_answer_is_lost_is_no_message_of_the_person_it_was_posted_as(database: TestDatabase) {
        let app = ada_speaks(database).await;
        for (number, way) in ways_to_tell().into_iter().enumerate() {
            app.slack.switch(|switches| *switches = Switches::default());
            app.slack.switch(way);
            app.slack.add_fault(FaultRule::once(Fault::AnswerLost).on_method(POST).in_team(BIRCH.team));
            ACME.says(&app.slack, &format!("did you hear me? {number}"));
            app.until_both_have(number + 1).await;
            app.until_settled().await;
            let both = [ACME, BIRCH].map(|side| side.texts(&app.slack).len());
            assert_eq!(both, [number + 1; 2], "told in way {number}");
        }
        app.stop_everything().await;
    }

    async fn a_copy_whose_answer_is_lost_and_whose_message_is_deleted_meanwhile_goes_as_well(database: TestDatabase) {
        let app = ada_speaks(database).await;
        for (number, way) in ways_to_tell().into_iter().enumerate() {
            app.slack.switch(|switches| *switches = Switches::default());
            app.slack.switch(way);
            let posts = app.slack.calls_of(POST).len();
            app.slack.add_fault(FaultRule::once(Fault::AnswerLost).on_method(POST).in_team(BIRCH.team));
            let ts = ACME.says(&app.slack, &format!("never mind {number}"));
            app.slack.wait_until(|slack| slack.calls_of(POST).len() > posts, PATIENCE).await.expect("posted");
            app.slack.delete(ACME.team, ACME.channel, ACME.person, &ts);
            app.until_settled().await;
            for side in [ACME, BIRCH] {
                assert!(side.texts(&app.slack).is_empty(), "told in way {number}: {:?}", side.texts(&app.slack));
            }
        }
        assert_eq!(app.dead_jobs().await, []);
        app.stop_everything().await;
    }

    async fn edits_and_deletions_are_made_in_the_same_name(database: TestDatabase) {
        let app = ada_speaks(database).await;
        let ts = ACME.says(&app.slack, "helo");
        app.until_both_have(1).await;
        app.slack.edit(ACME.team, ACME.channel, ACME.person, &ts, "hello");
        app.until_reads(BIRCH, &["hello"]).await;
        app.until_settled().await;
        assert_eq!(last(&app).user.as_deref(), Some(OTHER));
        app.slack.delete(ACME.team, ACME.channel, ACME.person, &ts);
        app.until_reads(BIRCH, &[]).await;
        app.until_settled().await;
        assert_eq!(app.dead_jobs().await, []);
        app.stop_everything().await;
    }

    async fn a_token_that_no_longer_works_is_forgotten_and_the_bot_says_it(database: TestDatabase) {
        let app = ada_speaks(database).await;
        let ts = ACME.says(&app.slack, "as myself");
        app.until_both_have(1).await;
        app.until_settled().await;
        // Nobody tells of it.
        app.slack.switch(|switches| switches.lose_events = true);
        app.slack.revoke_user_token(BIRCH.team, OTHER);
        app.slack.switch(|switches| switches.lose_events = false);
        for text in ["for me", "and again"] {
            ACME.says(&app.slack, text);
        }
        app.until_both_have(3).await;
        app.until_settled().await;
        let copy = last(&app);
        assert!(copy.author == "Ada Byron" && copy.bot_id.is_some(), "under her name: {copy:?}");
        let refused = app.slack.calls_of(POST).iter().filter(|call| format!("{:?}", call.outcome).contains("token_revoked")).count();
        assert_eq!(refused, 1, "it is not tried again");
        // Nobody else can change what she said herself: the digest will say so.
        app.slack.edit(ACME.team, ACME.channel, ACME.person, &ts, "as somebody else");
        app.until_settled().await;
        assert_eq!(BIRCH.texts(&app.slack)[0], "as myself");
        let dead = app.dead_jobs().await;
        assert!(dead.len() == 1 && dead[0].1.contains("lets SyncBot change it no longer"), "{dead:?}");
        app.stop_everything().await;
    }

    async fn where_a_person_is_not_the_bot_says_it_for_them(database: TestDatabase) {
        let app = ada_speaks(database).await;
        app.slack.workspace(BIRCH.team).remove(BIRCH.channel, OTHER);
        ACME.says(&app.slack, "from outside");
        app.until_both_have(1).await;
        app.until_settled().await;
        assert!(last(&app).bot_id.is_some());
        app.slack.workspace(BIRCH.team).let_in(BIRCH.channel, OTHER);
        app.slack.post(ACME.team, ACME.channel, UserPost::new(ACME.person, "from inside")).expect("said");
        app.until_both_have(2).await;
        app.until_settled().await;
        assert_eq!(last(&app).user.as_deref(), Some(OTHER), "the token was kept");
        app.stop_everything().await;
    }
}
