//! Brings what our bot shows of reactions at one place to what people at the others react, as emoji or in words.
//!
//! Both calls may be made twice: Slack says that it is so already.

mod attributed;

use std::collections::VecDeque;

use secrecy::SecretString;
use shared::failpoint;
use shared::ids::{PostId, SlackTs};
use shared::jobs::refresh_reactions::{self, Payload};
use shared::queue::Scope;
use shared::slack::Outcome;
use shared::slack::methods::reactions::{Add, Remove};
use shared::tables::channels;
use shared::tables::copies::{self, Standing};
use shared::tables::reactions::{self, Difference, Step};
use shared::tables::sync_channels::Target;

use crate::sync::{refusal, wait};
use crate::{Done, Failure, JobContext};

pub(crate) async fn run(cx: &JobContext<'_>) -> Result<Done, Failure> {
    let payload = refresh_reactions::payload(cx.job.payload()?)
        .map_err(|error| Failure::dead(error.to_string()))?;
    let Payload { post, workspace, team, channel } = payload;
    let place = Target { workspace_id: workspace, team_id: team, channel_id: channel };
    let db = &cx.services.db;
    let ts = match copies::standing(db, &post, &place.workspace_id, &place.channel_id).await? {
        Standing::At(ts) => ts,
        Standing::Coming(copy) => return wait::for_copy(cx, &post, &copy).await,
        Standing::Absent => return follow_channel(cx, &post, place).await,
        Standing::Dead(_) | Standing::Deleted => return cx.done(cx.begin().await?).await,
    };
    native(cx, &post, &place, &ts).await?;
    attributed::follow(cx, &post, &place, &ts).await?;
    cx.done(cx.begin().await?).await
}

/// The channel may have another id since.
async fn follow_channel(
    cx: &JobContext<'_>,
    post: &PostId,
    place: Target,
) -> Result<Done, Failure> {
    let mut tx = cx.begin().await?;
    let moved = channels::moved_to(&mut tx, &place.workspace_id, &place.channel_id).await?;
    if let Some(channel_id) = moved {
        let job = refresh_reactions::job(post, &Target { channel_id, ..place });
        cx.enqueue(&mut tx, vec![job]).await?;
    }
    cx.done(tx).await
}

/// The emoji themselves.
async fn native(
    cx: &JobContext<'_>,
    post: &PostId,
    place: &Target,
    ts: &SlackTs,
) -> Result<(), Failure> {
    let mut differences = reactions::differences(&cx.services.db, post, place).await?;
    // A job is without its key once it has begun: an earlier run may have ended in the middle of a call, and what
    // it added may have been taken back since.
    if cx.job.coalesce_key.is_none() {
        let left = reactions::taken_back(&cx.services.db, post, place).await?;
        differences.extend(left.into_iter().map(|emoji| Difference { emoji, step: Step::Remove }));
    }
    if !differences.is_empty() {
        let token = cx.target_token(&place.workspace_id, &place.team_id).await?;
        let mut differences = VecDeque::from(differences);
        while let Some(difference) = differences.pop_front() {
            let became = change(cx, place, &token, ts, &difference).await?;
            let mut tx = cx.begin().await?;
            let emoji = &difference.emoji;
            match became {
                Became::Shown => {
                    reactions::mark_shown(&mut tx, post, place, emoji, false).await?;
                }
                Became::Refused => {
                    reactions::mark_shown(&mut tx, post, place, emoji, true).await?;
                }
                Became::Gone => reactions::mark_gone(&mut tx, post, place, emoji).await?,
            }
            // One that is gone makes room for another that a message had too many for.
            let has_room = difference.step == Step::Remove
                && reactions::forget_refused(&mut tx, post, place).await?;
            cx.commit(tx).await?;
            if has_room {
                differences = reactions::differences(&cx.services.db, post, place).await?.into();
            }
        }
    }
    Ok(())
}

enum Became {
    Shown,
    Refused,
    Gone,
}

async fn change(
    cx: &JobContext<'_>,
    place: &Target,
    token: &SecretString,
    ts: &SlackTs,
    difference: &Difference,
) -> Result<Became, Failure> {
    let (team, channel, name) = (&place.team_id, &place.channel_id, difference.emoji.as_str());
    let called = match difference.step {
        Step::Add => cx.call(team, token, &Add { channel, timestamp: ts, name }).await,
        Step::Remove => cx.call(team, token, &Remove { channel, timestamp: ts, name }).await,
        Step::Forget => return Ok(Became::Gone),
    };
    failpoint!("reactions.called");
    let became = if difference.step == Step::Add { Became::Shown } else { Became::Gone };
    let Err(error) = called else { return Ok(became) };
    match error.outcome() {
        // An emoji that this workspace does not have, a message that is gone or has too many of them.
        Outcome::Permanent if difference.step == Step::Add => {
            tracing::info!(code = error.code(), "a reaction is not shown");
            Ok(Became::Refused)
        }
        Outcome::AlreadyTrue | Outcome::Permanent => Ok(became),
        _ if refusal::is_mended(cx, place, &error).await => Err(Failure::retry(&error)),
        _ => Err(refusal::failure(cx, &error, team, channel, Scope::method(team, error.method()))),
    }
}
