//! Who gets a copy: every channel that a sync leads to, once, and nobody else.

use shared::sql;
use slack_emulator::{Fault, FaultRule};
use testkit::{ACME, BIRCH, CEDAR, PATIENCE, Side, TestApp, Way, on_each_database};

const POST: &str = "chat.postMessage";

on_each_database! {
    async fn a_channel_in_several_syncs_reaches_each_of_their_channels_once(database: TestDatabase) {
        let app = TestApp::start(database).await;
        app.admit(CEDAR).await;
        app.sync(&[(ACME, Way::Both), (BIRCH, Way::Both), (CEDAR, Way::Both)]).await.expect("synced");
        ACME.says(&app.slack, "from Acme");
        for side in [BIRCH, CEDAR] {
            app.until_reads(side, &["from Acme"]).await;
        }
        CEDAR.says(&app.slack, "from Cedar");
        for side in [ACME, BIRCH] {
            app.until_reads(side, &["from Acme", "from Cedar"]).await;
        }
        app.until_settled().await;
        assert_eq!(app.slack.calls_of(POST).len(), 4);
        app.stop_everything().await;
    }

    async fn several_channels_flow_into_one_and_do_not_see_each_other(database: TestDatabase) {
        let app = TestApp::start(database).await;
        app.admit(CEDAR).await;
        app.sync(&[(CEDAR, Way::Out), (BIRCH, Way::In)]).await.expect("synced");
        ACME.says(&app.slack, "from Acme");
        app.until_reads(BIRCH, &["from Acme"]).await;
        CEDAR.says(&app.slack, "from Cedar");
        app.until_reads(BIRCH, &["from Acme", "from Cedar"]).await;
        app.until_settled().await;
        assert_eq!((ACME.texts(&app.slack).len(), CEDAR.texts(&app.slack).len()), (1, 1));
        app.stop_everything().await;
    }

    async fn a_copy_is_never_copied_again(database: TestDatabase) {
        let app = TestApp::start(database).await;
        app.admit(CEDAR).await;
        app.sync(&[(BIRCH, Way::Both), (CEDAR, Way::Both)]).await.expect("synced");
        let ts = ACME.says(&app.slack, "from Acme");
        app.until_reads(BIRCH, &["from Acme"]).await;
        BIRCH.says(&app.slack, "from Birch");
        app.until_reads(CEDAR, &["from Birch"]).await;
        app.slack.react(ACME.team, ACME.channel, ACME.person, &ts, "tada");
        app.slack.edit(ACME.team, ACME.channel, ACME.person, &ts, "of Acme");
        app.until_reads(BIRCH, &["of Acme", "from Birch"]).await;
        app.until_settled().await;
        assert_eq!(CEDAR.texts(&app.slack), ["from Birch"]);
        app.stop_everything().await;
    }

    async fn messages_and_what_becomes_of_them_go_the_way_of_their_sync_alone(database: TestDatabase) {
        let app = TestApp::start(database).await;
        app.admit(CEDAR).await;
        app.sync(&[(ACME, Way::Out), (CEDAR, Way::In)]).await.expect("synced");
        let ts = ACME.says(&app.slack, "announced");
        app.until_reads(CEDAR, &["announced"]).await;
        app.until_reads(BIRCH, &["announced"]).await;
        let copy = app.slack.messages(CEDAR.team, CEDAR.channel)[0].ts.to_string();
        CEDAR.says(&app.slack, "to ourselves");
        CEDAR.replies(&app.slack, &copy, "below it");
        app.slack.react(CEDAR.team, CEDAR.channel, CEDAR.person, &copy, "eyes");
        app.slack.react(ACME.team, ACME.channel, ACME.person, &ts, "tada");
        let both = |message: &slack_emulator::ShownMessage| message.reactions.len() == 2;
        app.slack.wait_until(|slack| slack.messages(CEDAR.team, CEDAR.channel).first().is_some_and(both), PATIENCE).await.expect("shown");
        app.until_settled().await;
        assert_eq!(ACME.texts(&app.slack), ["announced"]);
        assert_eq!(app.slack.messages(ACME.team, ACME.channel)[0].reactions.len(), 1);
        app.stop_everything().await;
    }

    async fn a_reply_below_what_came_from_elsewhere_stands_below_a_line_that_tells_nothing_of_it(database: TestDatabase) {
        let app = TestApp::start(database).await;
        app.admit(CEDAR).await;
        app.sync(&[(BIRCH, Way::Both), (CEDAR, Way::Both)]).await.expect("synced");
        ACME.says(&app.slack, "for Birch");
        app.until_reads(BIRCH, &["for Birch"]).await;
        let copy = app.slack.messages(BIRCH.team, BIRCH.channel)[0].ts.to_string();
        BIRCH.replies(&app.slack, &copy, "for all");
        app.slack.wait_until(|slack| slack.message_count(CEDAR.team, CEDAR.channel) == 2, PATIENCE).await.expect("copied");
        let [stub, reply] = app.slack.messages(CEDAR.team, CEDAR.channel).try_into().expect("two messages");
        assert_eq!((stub.text.as_str(), reply.text.as_str()), ("_A message that was not shared with this channel_", "for all"));
        assert_eq!(reply.thread_ts, Some(stub.ts));
        app.until_reads(ACME, &["for Birch", "for all"]).await;
        app.until_settled().await;
        app.stop_everything().await;
    }

    async fn what_is_on_its_way_to_a_workspace_that_is_no_longer_installed_waits_until_it_is_again(database: TestDatabase) {
        let app = TestApp::start(database).await;
        app.slack.add_fault(FaultRule::once(Fault::rate_limited(1)).on_method(POST));
        ACME.says(&app.slack, "on its way");
        app.slack.wait_until(|slack| !slack.calls_of(POST).is_empty(), PATIENCE).await.expect("tried");
        app.slack.uninstall(BIRCH.team);
        let gone = |slack: &slack_emulator::SlackEmulator| ACME.texts(slack).len() == 2;
        app.slack.wait_until(gone, PATIENCE).await.expect("Acme's channel is told");
        ACME.says(&app.slack, "too late");
        BIRCH.says(&app.slack, "nor this");
        app.slack.wait_until(|slack| slack.undelivered() == 0, PATIENCE).await.expect("told");
        app.until_lanes_rest().await;
        assert_eq!((BIRCH.texts(&app.slack), ACME.texts(&app.slack).len()), (vec!["nor this".to_owned()], 3));
        app.reinstall(BIRCH).await;
        let arrives = |slack: &slack_emulator::SlackEmulator| BIRCH.texts(slack).last().is_some_and(|last| last == "on its way");
        app.slack.wait_until(arrives, PATIENCE).await.expect("it waited for them");
        app.until_settled().await;
        let acme = ACME.texts(&app.slack);
        assert_eq!((acme.len(), acme[0].as_str(), acme[2].as_str()), (4, "on its way", "too late"));
        assert_eq!(app.dead_jobs().await, []);
        app.stop_everything().await;
    }

    async fn a_channel_that_two_workspaces_share_in_slack_is_synced_from_one_of_them(database: TestDatabase) {
        let app = TestApp::start(database).await;
        app.admit(CEDAR).await;
        let connected = Side { channel: ACME.channel, ..CEDAR };
        app.slack.workspace(CEDAR.team).channel(ACME.channel, "general");
        // As a second channel of the sync, or of another one.
        for others in [&[(ACME, Way::Both)][..], &[]] {
            let refused = app.sync(&[others, &[(connected, Way::Both)]].concat()).await.expect_err("a loop");
            assert!(refused.to_string().contains("C0GENERAL takes part already, as a channel of the workspace T0ACME"), "{refused}");
        }
        // Two who ask at once may both have been let in: what is said there does not come back to it.
        app.sync(&[(BIRCH, Way::Both), (CEDAR, Way::Both)]).await.expect("synced");
        let smuggled = sql!("UPDATE sync_channels SET channel_id = $2 WHERE channel_id = $1");
        app.db.write(smuggled).bind(CEDAR.channel).bind(ACME.channel).execute_one("sync_channels", CEDAR.channel).await.expect("changed");
        let joined = sql!("UPDATE sync_channels SET sync_id = (SELECT id FROM syncs WHERE title = 'general') WHERE workspace_id = (SELECT id FROM workspaces WHERE team_id = $1)");
        app.db.write(joined).bind(CEDAR.team).execute_one("sync_channels", CEDAR.channel).await.expect("changed");
        ACME.says(&app.slack, "once");
        app.until_reads(BIRCH, &["once"]).await;
        app.until_settled().await;
        assert_eq!((ACME.texts(&app.slack), connected.texts(&app.slack).len()), (vec!["once".to_owned()], 0));
        app.stop_everything().await;
    }
}
