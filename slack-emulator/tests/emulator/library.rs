//! The library itself.

use std::time::Duration;

use slack_emulator::{ChannelSetup, SayError, Settings, SlackEmulator, StartError, User, UserPost};

use crate::support::{ADA, BEN, Caller, GENERAL, TEAM, acme, acme_with, client};

#[tokio::test]
async fn what_people_say_is_shown() {
    let slack = acme().await;
    let root = slack.say(TEAM, GENERAL, ADA, "hello");
    slack.reply(TEAM, GENERAL, BEN, &root, "hi");
    let shown = slack.messages(TEAM, GENERAL);
    assert_eq!(shown.len(), 2);
    assert_eq!(shown[0].author, "Ada Lovelace");
    assert_eq!(shown[0].user.as_deref(), Some(ADA));
    assert_eq!(shown[0].avatar, Some(format!("{}/_emulator/avatar/{TEAM}/{ADA}.svg", slack.url())));
    assert_eq!(shown[1].thread_ts, Some(root));
    assert!(shown[1].ts > shown[0].ts);
    assert_eq!(shown[1].bot_id, None);
}

#[tokio::test]
async fn what_makes_no_sense_cannot_be_said() {
    let slack = acme().await;
    slack
        .workspace(TEAM)
        .add_channel(ChannelSetup::new("C0OLD", "old").archived())
        .add_channel(ChannelSetup::new("C0DUO", "duo").members([ADA]));
    let root = slack.say(TEAM, GENERAL, ADA, "root");
    let reply = slack.reply(TEAM, GENERAL, ADA, &root, "reply");
    let post = |team: &str, channel: &str, post: UserPost| {
        slack.post(team, channel, post).unwrap_err().to_string()
    };
    let hi = || UserPost::new(ADA, "hi");
    assert_eq!(post("T0NONE", GENERAL, hi()), "there is no workspace T0NONE");
    assert_eq!(post(TEAM, "C0NONE", hi()), "there is no channel C0NONE");
    assert_eq!(post(TEAM, GENERAL, UserPost::new("U0NONE", "hi")), "there is no user U0NONE");
    assert_eq!(post(TEAM, "C0DUO", UserPost::new(BEN, "hi")), "U0BEN is not in C0DUO");
    assert_eq!(post(TEAM, "C0OLD", hi()), "C0OLD is archived");
    assert_eq!(post(TEAM, GENERAL, UserPost::new(ADA, " ")), "there is nothing to say");
    assert_eq!(post(TEAM, GENERAL, hi().in_thread("1.0")), "there is no message 1.0 to reply to");
    assert_eq!(
        slack.post(TEAM, GENERAL, hi().in_thread(&reply)),
        Err(SayError::NoThread(reply.clone()))
    );
    for ts in ["1600000000.000100", "9999999999.1", "soon", reply.as_str()] {
        assert_eq!(
            slack.post(TEAM, GENERAL, hi().at(ts)),
            Err(SayError::WrongTs(ts.into())),
            "{ts}"
        );
    }
}

#[tokio::test]
async fn two_channels_may_have_messages_of_one_time_stamp() {
    let slack = acme().await;
    slack.workspace(TEAM).channel("C0RANDOM", "random");
    for channel in [GENERAL, "C0RANDOM"] {
        let post = UserPost::new(ADA, "hi").at("1700000000.000100").client_msg_id("same");
        slack.post(TEAM, channel, post).unwrap();
        assert_eq!(slack.messages(TEAM, channel)[0].ts, "1700000000.000100");
        assert_eq!(slack.messages(TEAM, channel)[0].client_msg_id.as_deref(), Some("same"));
    }
    let next = slack.say(TEAM, GENERAL, ADA, "later");
    assert!(next.as_str() > "1700000000.000100");
}

#[tokio::test]
async fn after_a_leap_everything_has_later_time_stamps() {
    let slack = acme().await;
    let before = slack.say(TEAM, GENERAL, ADA, "before");
    slack.leap(Duration::from_hours(24));
    slack.workspace(TEAM).channel("C0NEW", "new");
    let after = [
        slack.say(TEAM, GENERAL, ADA, "after"),
        slack.react(TEAM, GENERAL, BEN, &before, "wave"),
        slack.say(TEAM, "C0NEW", ADA, "here as well"),
    ];
    let seconds = |ts: &str| ts.split('.').next().and_then(|seconds| seconds.parse::<u64>().ok());
    for ts in after {
        assert!(seconds(&ts) >= seconds(&before).map(|before| before + 24 * 60 * 60), "{ts}");
    }
}

#[tokio::test]
async fn a_condition_is_waited_for_and_given_up() {
    let slack = acme().await;
    let soon = slack.wait_until(|slack| slack.message_count(TEAM, GENERAL) == 2, Duration::MAX);
    let speak = async {
        slack.say(TEAM, GENERAL, ADA, "one");
        slack.say(TEAM, GENERAL, ADA, "two");
    };
    let (soon, ()) = tokio::join!(soon, speak);
    soon.unwrap();
    let never = slack.wait_until(|_| false, Duration::from_millis(1)).await.unwrap_err();
    assert!(never.to_string().starts_with("the condition did not hold within 1ms"), "{never}");
}

#[tokio::test]
async fn it_ends_when_told_and_when_dropped() {
    let slack = acme().await;
    let address = slack.address();
    let url = slack.url().to_owned();
    let taken = SlackEmulator::start(Settings { bind: address, ..Settings::default() }).await;
    assert!(matches!(taken.err(), Some(StartError::Bind(taken, _)) if taken == address));
    slack.shutdown().await;
    assert!(client().get(&url).send().await.is_err());

    let slack = acme().await;
    let url = slack.url().to_owned();
    assert_eq!(client().get(&url).send().await.unwrap().status(), 200);
    drop(slack);
    while client().get(&url).send().await.is_ok() {}
}

#[tokio::test]
async fn installations_outlive_a_restart() {
    let (first, second) = (acme().await, acme().await);
    assert_eq!(first.bot_token(TEAM), second.bot_token(TEAM));
    assert_eq!(first.bot_id(TEAM), "B0ACMEBOT");
    assert_eq!(first.bot_user_id(TEAM), "U0ACMEBOT");
    assert!(first.bot_token(TEAM).starts_with("xoxb-"));
    first.add_workspace("T0BIRCH", "Birch");
    assert_ne!(first.bot_token(TEAM), first.bot_token("T0BIRCH"));
}

#[tokio::test]
async fn sample_workspaces_have_people_and_channels() {
    let slack = SlackEmulator::start(Settings::default()).await.unwrap();
    let teams = slack.add_sample_workspaces(6);
    assert_eq!(teams.len(), 6);
    assert_eq!(slack.teams().len(), 6);
    slack.say("T0ACME", "C0ACMEGENERAL", "U0ACMEADA", "hello");
    let caller = Caller::new(&slack, "T0ACME2");
    let users = caller.form("users.list", &[]).await;
    assert_eq!(users["members"].as_array().unwrap().len(), 5);
}

#[tokio::test]
async fn an_api_address_ends_where_a_method_begins() {
    let slack = acme_with(Settings {
        public_url: Some("http://emulator.test:8700/".to_owned()),
        ..Settings::default()
    })
    .await;
    assert_eq!(slack.api_url(), "http://emulator.test:8700/api/");
    assert!(!slack.client_id().is_empty() && !slack.client_secret().is_empty());
}

#[test]
fn users_are_shown_by_the_name_they_chose() {
    assert_eq!(User::new("U1", "Ada Lovelace").shown_name(), "Ada Lovelace");
    assert_eq!(User::new("U1", "Ada Lovelace").name, "ada.lovelace");
    assert_eq!(User::new("U1", "Ada Lovelace").display_name("").shown_name(), "Ada Lovelace");
    assert_eq!(User::new("U1", "Ada Lovelace").display_name("ada").shown_name(), "ada");
}
