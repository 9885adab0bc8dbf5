//! What a text mentions is what its readers know, and nobody is called from elsewhere.

use slack_emulator::{Fault, FaultRule, LongText, UserPost};
use testkit::{ACME, BIRCH, TestApp, on_each_database};

on_each_database! {
    async fn mentions_become_names_and_channels_become_those_of_the_reader(database: TestDatabase) {
        let app = TestApp::start(database).await;
        app.slack.workspace(ACME.team).channel("C0NEWS", "news").channel("C0PLANS", "plans");
        for (said, copied) in [
            ("<@U0ADA> wrote", "`Ada Lovelace (Acme)` wrote"),
            ("<!channel>, <!here>: read <#C0GENERAL>", "`@channel`, `@here`: read <#C0TOWN>"),
            ("see <#C0NEWS|news> &amp; <https://example.org|this>", "see `#news (Acme)` &amp; <https://example.org|this>"),
        ] {
            let before = app.slack.message_count(BIRCH.team, BIRCH.channel);
            ACME.says(&app.slack, said);
            app.until_both_have(before + 1).await;
            assert_eq!(BIRCH.texts(&app.slack).last().map(String::as_str), Some(copied));
        }
        app.until_idle().await;
        app.stop_everything().await;
    }

    async fn a_text_with_more_mentions_than_anybody_reads_arrives(database: TestDatabase) {
        let app = TestApp::start(database).await;
        let mut mentions = Vec::new();
        for number in 0..120 {
            let user = format!("U0N{number}");
            app.slack.workspace(ACME.team).user(&user, &format!("Member {number}"));
            mentions.push(format!("<@{user}>"));
        }
        ACME.says(&app.slack, &mentions.join(" "));
        app.until_both_have(1).await;
        let copied = BIRCH.texts(&app.slack).remove(0);
        assert!(copied.contains("`Member 49 (Acme)`") && !copied.contains('<'), "{copied}");
        assert_eq!(copied.matches("`someone (Acme)`").count(), 70);
        app.stop_everything().await;
    }

    async fn a_channel_that_slack_does_not_name_in_time_has_no_name_and_delays_nothing(database: TestDatabase) {
        let app = TestApp::start(database).await;
        app.slack.workspace(ACME.team).channel("C0NEWS", "news");
        app.slack.add_fault(FaultRule::always(Fault::rate_limited(60)).on_method("conversations.info"));
        ACME.says(&app.slack, "see <#C0NEWS|news>");
        app.until_both_have(1).await;
        assert_eq!(BIRCH.texts(&app.slack), ["see `a channel (Acme)`"]);
        app.stop_everything().await;
    }

    async fn a_reply_that_is_shown_in_the_channel_as_well_is_so_in_the_other(database: TestDatabase) {
        let app = TestApp::start(database).await;
        let root = ACME.says(&app.slack, "shall we?");
        app.until_both_have(1).await;
        let reply = UserPost::new(ACME.person, "we shall").in_thread(&root).broadcast();
        app.slack.post(ACME.team, ACME.channel, reply).expect("said");
        app.until_both_have(2).await;
        let copies = app.slack.messages(BIRCH.team, BIRCH.channel);
        assert_eq!((copies[1].broadcast, &copies[1].thread_ts), (true, &Some(copies[0].ts.clone())));
        app.finish().await;
    }

    async fn a_long_text_comes_in_parts_that_slack_takes_as_they_are(database: TestDatabase) {
        let app = TestApp::start(database).await;
        app.slack.switch(|switches| switches.long_text = LongText::Refuse);
        let text = (0..2_000).map(|number| format!("word{number}")).collect::<Vec<_>>().join(" ");
        let said = UserPost::new(ACME.person, &text);
        let root = app.slack.post(ACME.team, ACME.channel, said).expect("said").to_string();
        ACME.replies(&app.slack, &root, "so much?");
        app.slack.wait_until(|slack| slack.message_count(BIRCH.team, BIRCH.channel) == 7, testkit::PATIENCE).await.expect("copied");
        let copies = app.slack.messages(BIRCH.team, BIRCH.channel);
        let whole: String = copies[..6].iter().map(|copy| copy.text.as_str()).collect();
        assert_eq!(whole, text);
        assert_eq!(copies[6].thread_ts, Some(copies[0].ts.clone()), "the thread is that of the first part");
        // Each part is known by its place.
        BIRCH.replies(&app.slack, &copies[3].ts.to_string(), "indeed");
        app.slack.wait_until(|slack| ACME.texts(slack).contains(&"indeed".to_owned()), testkit::PATIENCE).await.expect("copied");
        app.until_idle().await;
        app.stop_everything().await;
    }
}
