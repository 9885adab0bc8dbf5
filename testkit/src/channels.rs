//! What people decide about channels in a story: which are in step, which way, and for how long not.

use std::sync::Arc;

use chrono::TimeDelta;
use secrecy::SecretString;
use serde_json::{Value, json};
use shared::db::{DbError, Tx, retry_contention};
use shared::ids::{SyncChannelId, SyncId};
use shared::jobs::fill_gap;
use shared::sql;
use shared::tables::gaps::{self, Reason};
use shared::tables::pauses::{self, Cause};
use shared::tables::reaction_styles::{self, ReactionStyle};
use shared::tables::sync_channels::{self, NotInserted, SyncChannel};
use shared::tables::{syncs, workspaces};
use worker::{Services, install};

use crate::{PATIENCE, Side, TestApp};

/// Which way messages go between a channel and a sync.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Way {
    Out,
    In,
    Both,
}

impl TestApp {
    /// A third workspace comes to Slack, and installs SyncBot.
    pub async fn admit(&self, side: Side) {
        side.enter(&self.slack);
        self.install(side).await;
    }

    /// A workspace installs SyncBot, perhaps again.
    pub async fn install(&self, side: Side) {
        let token = SecretString::from(self.slack.bot_token(side.team));
        let scopes = shared::slack::scopes::BOT.join(",");
        install::with_token(&self.services, &token, &scopes).await.expect("installed");
    }

    /// Another sync, besides that of Acme and Birch.
    pub async fn sync(&self, channels: &[(Side, Way)]) -> Result<(), Arc<NotInserted>> {
        let channels: Vec<_> =
            channels.iter().map(|(side, way)| (*side, side.channel, *way)).collect();
        self.sync_channels(&channels).await
    }

    /// As [`TestApp::sync`], of any channels.
    pub async fn sync_channels(
        &self,
        channels: &[(Side, &str, Way)],
    ) -> Result<(), Arc<NotInserted>> {
        let Services { db, clock, rng, .. } = &self.services;
        let mut tx = db.begin().await.expect("begun");
        let sync_id = SyncId::generate(clock, rng);
        syncs::insert(&mut tx, &sync_id, "another", clock.now()).await.expect("stored");
        for (side, channel, way) in channels {
            let team = side.team.parse().expect("an id");
            let workspace = workspaces::by_team(&mut tx, &team).await.expect("read");
            let channel = SyncChannel {
                id: SyncChannelId::generate(clock, rng),
                sync_id: sync_id.clone(),
                workspace_id: workspace.expect("it is installed").id,
                channel_id: channel.parse().expect("an id"),
                publishes: *way != Way::In,
                subscribes: *way != Way::Out,
            };
            sync_channels::insert(&mut tx, &channel, clock.now()).await.map_err(Arc::new)?;
        }
        tx.commit().await.expect("committed");
        Ok(())
    }

    /// A channel takes part in nothing any more.
    pub async fn leave_syncs(&self, channel: &str) {
        let left = sql!("UPDATE sync_channels SET status = 'deleted' WHERE channel_id = $1");
        self.db.write(left).bind(channel).execute().await.expect("stored");
    }

    /// Pauses a channel in all its syncs. `false`: it was paused in each of them.
    pub async fn pause(&self, side: Side) -> bool {
        self.pause_channel(side.team, side.channel).await
    }

    /// As [`TestApp::pause`], for any channel.
    pub async fn pause_channel(&self, team: &str, channel: &str) -> bool {
        let Services { db, clock, rng, .. } = &self.services;
        let paused = retry_contention(clock, rng, || async {
            let (mut tx, mut any) = (db.begin().await?, false);
            for channel in sync_channels(&mut tx, team, channel).await? {
                any |= pauses::pause(&mut tx, &channel, Cause::Admin, clock).await?;
            }
            tx.commit().await?;
            Ok(any)
        });
        paused.await.expect("stored")
    }

    /// Resumes a channel in all its syncs. `false`: it was paused in none of them.
    pub async fn resume(&self, side: Side) -> bool {
        self.resume_channel(side.team, side.channel).await
    }

    /// As [`TestApp::resume`], for any channel.
    pub async fn resume_channel(&self, team: &str, channel: &str) -> bool {
        let Services { db, queue, clock, rng, .. } = &self.services;
        let resumed = retry_contention(clock, rng, || async {
            let (mut tx, mut any) = (db.begin().await?, false);
            for channel in sync_channels(&mut tx, team, channel).await? {
                any |= pauses::resume(&mut tx, queue, &channel, clock).await?;
            }
            tx.commit().await?;
            Ok(any)
        });
        let resumed = resumed.await.expect("stored");
        queue.wakes().signal();
        resumed
    }

    /// From now on a channel shows reactions so, in all its syncs.
    pub async fn shows_reactions(&self, side: Side, style: ReactionStyle) {
        self.shows_reactions_in(side.team, side.channel, style).await;
    }

    /// As [`TestApp::shows_reactions`], for any channel.
    pub async fn shows_reactions_in(&self, team: &str, channel: &str, style: ReactionStyle) {
        let mut tx = self.services.db.begin().await.expect("begun");
        for channel in sync_channels(&mut tx, team, channel).await.expect("read") {
            reaction_styles::set(&mut tx, &channel, style).await.expect("stored");
        }
        tx.commit().await.expect("committed");
    }

    /// As if every channel had been in step for a day.
    pub async fn in_step_for_a_day(&self) {
        let Services { db, clock, .. } = &self.services;
        let mut tx = db.begin().await.expect("begun");
        tx.query(sql!("UPDATE sync_channels SET created_at = $1"))
            .bind(clock.now() - TimeDelta::days(1))
            .execute()
            .await
            .expect("stored");
        tx.commit().await.expect("committed");
    }

    /// An operator lets a channel be read again, from `since` ago until now. `false`: it does not publish.
    pub async fn backfill(&self, side: Side, since: TimeDelta) -> bool {
        let Services { db, queue, clock, .. } = &self.services;
        let mut tx = db.begin().await.expect("begun");
        let team = side.team.parse().expect("an id");
        let workspace = workspaces::by_team(&mut tx, &team).await.expect("read");
        let now = clock.now();
        let gap = fill_gap::Payload {
            workspace: workspace.expect("it is installed").id,
            team,
            channel: side.channel.parse().expect("an id"),
            from: (now - since).timestamp_micros(),
            until: now.timestamp_micros(),
        };
        let opened = gaps::open(&mut tx, queue, &gap, Reason::Operator, now).await;
        tx.commit().await.expect("committed");
        queue.wakes().signal();
        opened.expect("stored")
    }

    /// Waits until Slack has told everything that happened, and everything that follows is done.
    pub async fn until_settled(&self) {
        let told = self.slack.wait_until(|slack| slack.undelivered() == 0, PATIENCE).await;
        assert!(told.is_ok(), "Slack has events that nobody acknowledged");
        self.until_idle().await;
    }

    /// Waits until a channel shows these texts.
    pub async fn until_reads(&self, side: Side, texts: &[&str]) {
        let reached = self.slack.wait_until(|slack| side.texts(slack) == texts, PATIENCE).await;
        assert!(
            reached.is_ok(),
            "{}: {:?} instead of {texts:?}",
            side.name,
            side.texts(&self.slack)
        );
    }

    /// Slack tells now of a message that stands in a channel under this ts.
    pub async fn hears_late(&self, side: Side, ts: &str, text: &str) {
        self.hears(side, &json!({"ts": ts, "event_ts": ts, "user": side.person, "text": text}))
            .await;
    }

    /// Slack tells now of something that happened to the messages of a channel at `event_ts`.
    pub async fn hears(&self, side: Side, event: &Value) {
        self.hears_for(side, event, json!({})).await;
    }

    /// As [`TestApp::hears`], with more around it than every event has.
    pub async fn hears_for(&self, side: Side, event: &Value, envelope: Value) {
        let mut event = event.clone();
        event["type"] = json!("message");
        event["channel"] = json!(side.channel);
        let at = event["event_ts"].as_str().expect("a time").replace('.', "");
        let mut whole = json!({
            "type": "event_callback", "team_id": side.team, "api_app_id": "A0OTHER", "event_id": format!("Ev0LATE{at}"),
            "event": event,
        });
        for (key, value) in envelope.as_object().expect("an object") {
            whole[key] = value.clone();
        }
        let answer = self.signed(&whole.to_string(), self.slack.signing_secret()).send().await;
        assert_eq!(answer.0, 200, "{}", answer.1);
    }
}

async fn sync_channels(
    tx: &mut Tx,
    team: &str,
    channel: &str,
) -> Result<Vec<SyncChannelId>, DbError> {
    let (team, channel) = (team.parse().expect("an id"), channel.parse().expect("an id"));
    sync_channels::of_channel(tx, &team, &channel).await
}
