//! `syncbot channel`, as an operator uses it: the real binary, on each database.

use testkit::{PATIENCE, Process, TestDatabase, Town, on_each_database};

/// Runs `syncbot channel …` with what an operator's shell has; returns exit status and what it printed.
async fn channel(database: &TestDatabase, arguments: &[&str]) -> (i32, String) {
    let shell = [("DATABASE_URL", database.url()), ("DATABASE_TLS_ENABLED", "false".to_owned())];
    let arguments: Vec<&str> =
        std::iter::once("channel").chain(arguments.iter().copied()).collect();
    let mut process = Process::start("syncbot", &arguments, shell);
    let status = process.ended().await;
    (status.code().expect("it ends by itself"), process.output())
}

async fn works(database: &TestDatabase, arguments: &[&str]) -> String {
    let (status, output) = channel(database, arguments).await;
    assert_eq!(status, 0, "{arguments:?}: {output}");
    output
}

on_each_database! {
    async fn a_channel_is_listed_paused_and_resumed(database: TestDatabase) {
        let town = Town::build(&database, 1).await;
        let (_ingress, _worker) = (town.start_ingress().await, town.start_worker());
        let ts = town.says(0, "helo");
        town.slack.wait_until(|_| town.texts_in_target(0) == ["helo"], PATIENCE).await.expect("it arrives");
        let list = works(&database, &["list"]).await;
        assert!(list.contains("T0ACME   C0ACME0   out and in  native     active") && !list.contains("paused"), "{list}");

        let pause = ["pause", "T0BIRCH", "C0BIRCH0"];
        assert!(works(&database, &pause).await.contains("is paused: what is said"));
        assert!(works(&database, &pause).await.contains("is paused already"));
        assert!(works(&database, &["list"]).await.contains("T0BIRCH  C0BIRCH0  out and in  native     paused since 20"));
        town.edits(0, &ts, "hello");
        town.says(0, "not for Birch");
        town.slack.wait_until(|slack| slack.undelivered() == 0, PATIENCE).await.expect("both events came");
        let resume = ["resume", "T0BIRCH", "C0BIRCH0"];
        assert!(works(&database, &resume).await.contains("is resumed: what is said"));
        assert!(works(&database, &resume).await.contains("is not paused"));
        town.says(0, "after");
        town.slack.wait_until(|_| town.texts_in_target(0) == ["hello", "after"], PATIENCE).await.expect("all of it arrives");
    }

    async fn how_a_channel_shows_reactions_is_chosen(database: TestDatabase) {
        let _town = Town::build(&database, 1).await;
        let attributed = ["reactions", "T0BIRCH", "C0BIRCH0", "attributed"];
        assert!(works(&database, &attributed).await.contains("shows reactions as lines in threads"));
        assert!(works(&database, &attributed).await.contains("shows reactions so already"));
        assert!(works(&database, &["list"]).await.contains("C0BIRCH0  out and in  attributed  active"));
        let (status, output) = channel(&database, &["reactions", "T0BIRCH", "C0BIRCH0", "loud"]).await;
        assert!(status == 2 && output.contains("`native`, `attributed` or `off`"), "{output}");
    }

    async fn what_slack_did_not_tell_of_is_read_again(database: TestDatabase) {
        let town = Town::build(&database, 1).await;
        town.slack.switch(|switches| switches.lose_events = true);
        town.says(0, "nobody heard it");
        town.slack.switch(|switches| switches.lose_events = false);
        let (_ingress, _worker) = (town.start_ingress().await, town.start_worker());
        let backfill = ["backfill", "T0ACME", "C0ACME0", "--since", "2h"];
        assert!(works(&database, &backfill).await.contains("is read again, from 20"));
        town.slack.wait_until(|_| town.texts_in_target(0) == ["nobody heard it"], PATIENCE).await.expect("it arrives");
        for (arguments, status, why) in [
            (&["backfill", "T0ACME", "C0OTHER", "--since", "2h"][..], 1, "publishes to none"),
            (&["backfill", "T0ACME", "C0ACME0"], 2, "--since"),
            (&["backfill", "T0ACME", "C0ACME0", "--since", "yesterday"], 2, "yesterday"),
        ] {
            let (ended, output) = channel(&database, arguments).await;
            assert!(ended == status && output.contains(why), "{arguments:?} ended with {ended}: {output}");
        }
    }

    async fn where_the_app_was_removed_nothing_is_resumed(database: TestDatabase) {
        let town = Town::build(&database, 1).await;
        let (_ingress, _worker) = (town.start_ingress().await, town.start_worker());
        town.slack.uninstall("T0BIRCH");
        let told = |_: &slack_emulator::SlackEmulator| town.slack.messages("T0ACME", "C0ACME0").len() == 1;
        town.slack.wait_until(told, PATIENCE).await.expect("Acme learns of it");
        let list = works(&database, &["list"]).await;
        assert!(list.contains("T0BIRCH  C0BIRCH0  out and in  native     uninstalled since 20"), "{list}");
        for arguments in [&["resume", "T0BIRCH", "C0BIRCH0"][..], &["pause", "T0BIRCH", "C0BIRCH0"], &["backfill", "T0BIRCH", "C0BIRCH0", "--since", "2h"]] {
            let (ended, output) = channel(&database, arguments).await;
            assert!(ended == 1 && output.contains("T0BIRCH has removed the app") && output.contains("installs it again"), "{ended}: {output}");
        }
    }

    async fn what_is_no_channel_of_a_sync_is_said_to_be_none(database: TestDatabase) {
        database.open().await.close().await;
        assert_eq!(works(&database, &["list"]).await, "No channel is in step with another.\n");
        for (arguments, status, why) in [
            (&["pause", "T0ACME", "general"][..], 2, "not a valid channel id"),
            (&["pause", "T0ACME"], 2, "<CHANNEL>"),
            (&["resume", "T0ACME", "C0GENERAL"], 1, "channel C0GENERAL of T0ACME is in step with none"),
        ] {
            let (ended, output) = channel(&database, arguments).await;
            assert!(ended == status && output.contains(why), "{arguments:?} ended with {ended}: {output}");
        }
    }
}
