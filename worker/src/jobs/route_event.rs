//! Routes one event: finds who gets it, and writes post, copies and their jobs in one transaction.
//! Database only; the network belongs to the jobs that it makes.

use chrono::{DateTime, TimeDelta, Utc};
use shared::failpoint;
use shared::ids::{ChannelId, CopyId, PostId, SlackTs};
use shared::jobs::deliver_copy;
use shared::queue::NewJob;
use shared::slack::events::{Envelope, MessageEvent};
use shared::tables::copies::{self, Form};
use shared::tables::posts::{self, Author, NewPost};
use shared::tables::sync_channels::{self, Target};
use shared::tables::workspaces::{self, Workspace};

use crate::context::FencedTx;
use crate::sync::action::{Create, SyncAction};
use crate::{Done, Failure, JobContext};

/// Slack tries to hand an event over at once, after one minute and after five more
/// (docs.slack.dev/apis/events-api): a root that did not come by then was lost, or is older than the sync.
const SLACK_STOPS_TRYING_AFTER: TimeDelta = TimeDelta::minutes(10);
/// A reply looks this often whether its root has come, should the root's own wake-up miss it: the root may
/// be a copy, which another lane makes.
const LOOK_FOR_ROOT_EVERY: TimeDelta = TimeDelta::seconds(30);

pub(crate) async fn run(cx: &JobContext<'_>) -> Result<Done, Failure> {
    let envelope = envelope(cx.job.payload()?)?;
    let mut tx = cx.begin().await?;
    let create = match SyncAction::from(envelope.event) {
        SyncAction::Create(create) => create,
        SyncAction::Ignore(reason) => {
            tracing::debug!(reason, "event ignored");
            return cx.done(tx).await;
        }
    };
    let Some(source) = workspaces::by_team(&mut tx, &envelope.team_id).await? else {
        tracing::debug!("event ignored: its workspace is not installed");
        return cx.done(tx).await;
    };
    let targets = sync_channels::targets(&mut tx, &source.id, &create.channel).await?;
    if targets.is_empty() {
        return cx.done(tx).await;
    }
    let routing = Routing { cx, source, targets, channel: create.channel.clone() };
    match routing.create(&mut tx, create).await? {
        Routed::Written => {
            failpoint!("route.before_commit");
            cx.done(tx).await.inspect(|_| failpoint!("route.committed"))
        }
        Routed::Waits { root_ts, until } => {
            let key = posts::wait_key(&routing.source.team_id, &routing.channel, &root_ts);
            let reason = "the first message of its thread has not come yet";
            cx.park(tx, &key, until.timestamp_millis(), reason).await
        }
    }
}

fn envelope(payload: &str) -> Result<Envelope<MessageEvent>, Failure> {
    // serde would quote what it cannot read, and that is what people wrote.
    serde_json::from_str(payload).map_err(|error| {
        let (class, line, column) = (error.classify(), error.line(), error.column());
        Failure::dead(format!(
            "the event cannot be read: {class:?} at line {line}, column {column}"
        ))
    })
}

/// What became of an event.
enum Routed {
    /// Everything that follows from it is written.
    Written,
    /// The root of its thread has to come first.
    Waits { root_ts: SlackTs, until: DateTime<Utc> },
}

/// The root of a reply's thread.
enum Root {
    Known(PostId),
    /// It may still come, before this.
    Missing(DateTime<Utc>),
}

/// An event of a channel that is in step with others.
struct Routing<'r> {
    cx: &'r JobContext<'r>,
    source: Workspace,
    channel: ChannelId,
    targets: Vec<Target>,
}

impl Routing<'_> {
    async fn create(&self, tx: &mut FencedTx, create: Create) -> Result<Routed, Failure> {
        let mut jobs = Vec::new();
        let known = posts::at_place(tx, &self.source.id, &self.channel, &create.ts).await?;
        let key = posts::wait_key(&self.source.team_id, &self.channel, &create.ts);
        let (post, is_new) = match known {
            // Another event of the same message, or a copy that we made ourselves. No second hop.
            Some(known) if !known.is_placeholder => {
                tracing::debug!("the message is known already");
                return Ok(Routed::Written);
            }
            // Its replies came first, so long before it that they got stubs of it.
            Some(known) => {
                posts::complete(tx, &known.id, &create.author, &create.body).await?;
                copies::complete_stubs(tx, &known.id).await?;
                (known.id, false)
            }
            None => {
                let root_post_id = match create.root_ts {
                    None => None,
                    Some(root_ts) => match self.root(tx, &root_ts).await? {
                        Root::Known(root) => {
                            let missing = self.without(tx, &root).await?;
                            self.copy(tx, &root, Form::Stub, &missing, &mut jobs).await?;
                            Some(root)
                        }
                        Root::Missing(until) => return Ok(Routed::Waits { root_ts, until }),
                    },
                };
                let (author, body) = (create.author, Some(create.body));
                (self.insert(tx, create.ts, root_post_id, author, body).await?, true)
            }
        };
        let missing = if is_new { self.targets.clone() } else { self.without(tx, &post).await? };
        self.copy(tx, &post, Form::Full, &missing, &mut jobs).await?;
        tracing::debug!(post.id = %post, copies = jobs.len(), "message routed");
        self.cx.enqueue(tx, jobs).await?;
        self.cx.unpark(tx, &key).await?;
        Ok(Routed::Written)
    }

    /// The root of the thread that stands at `ts`. One from before the sync is known by its place alone.
    async fn root(&self, tx: &mut FencedTx, ts: &SlackTs) -> Result<Root, Failure> {
        if let Some(known) = posts::at_place(tx, &self.source.id, &self.channel, ts).await? {
            // What looks like a root in this channel may itself be the copy of a reply's root.
            return Ok(Root::Known(known.root_post_id.unwrap_or(known.id)));
        }
        let queue_now = self.cx.services.queue.time().now();
        let now = DateTime::from_timestamp_millis(queue_now).unwrap_or_default();
        let said_at = DateTime::from_timestamp_micros(ts.micros()).unwrap_or_default();
        let since = sync_channels::publishes_since(tx, &self.source.id, &self.channel).await?;
        let stops_at = said_at + SLACK_STOPS_TRYING_AFTER;
        if since.is_some_and(|since| since <= said_at) && now < stops_at {
            return Ok(Root::Missing(stops_at.min(now + LOOK_FOR_ROOT_EVERY)));
        }
        let placeholder = self.insert(tx, ts.clone(), None, Author::Unknown, None).await?;
        Ok(Root::Known(placeholder))
    }

    async fn insert(
        &self,
        tx: &mut FencedTx,
        ts: SlackTs,
        root_post_id: Option<PostId>,
        author: Author,
        body: Option<posts::Body>,
    ) -> Result<PostId, Failure> {
        let services = &self.cx.services;
        let post = NewPost {
            id: PostId::generate(&services.clock, &services.rng),
            workspace_id: self.source.id.clone(),
            channel_id: self.channel.clone(),
            ts,
            root_post_id,
            author,
            body,
        };
        // Whoever wrote it in between is found by the next run.
        let is_new = posts::insert_new(tx, &post, services.clock.now()).await?;
        if is_new { Ok(post.id) } else { Err(Failure::Again) }
    }

    /// The targets without a copy of the message.
    async fn without(&self, tx: &mut FencedTx, post: &PostId) -> Result<Vec<Target>, Failure> {
        let mut missing = Vec::new();
        for target in &self.targets {
            if !copies::has_one(tx, post, target).await? {
                missing.push(target.clone());
            }
        }
        Ok(missing)
    }

    async fn copy(
        &self,
        tx: &mut FencedTx,
        post: &PostId,
        form: Form,
        targets: &[Target],
        jobs: &mut Vec<NewJob>,
    ) -> Result<(), Failure> {
        let services = &self.cx.services;
        for target in targets {
            let copy = CopyId::generate(&services.clock, &services.rng);
            copies::insert(tx, &copy, post, form, target, services.clock.now()).await?;
            jobs.push(deliver_copy::job(&copy, target));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_read_is_not_quoted() {
        let payload = r#"{"team_id": "T1", "api_app_id": "A1", "event_id": "Ev1",
            "event": {"channel": "C1", "ts": "1.000001", "text": ["between us"], "user": "confidential"}}"#;
        let Err(Failure::Dead { reason }) = envelope(payload) else { panic!("unreadable") };
        assert!(reason.contains("line 2"), "{reason}");
        assert!(!reason.contains("between us") && !reason.contains("confidential"), "{reason}");
    }
}
