//! `syncbot queue hold` and `syncbot queue release`

use std::time::Duration;

use clap::Args;
use shared::db::retry_contention;
use shared::queue::Scope;
use shared::tables::audit::{self, Actor, Entry};

use super::{Desk, Outcome, arguments, say, words};

/// Options of `syncbot queue hold`.
#[derive(Debug, Args)]
#[command(after_help = "What can be held:\n  \
    team:<team>              everything that goes to a workspace\n  \
    channel:<team>:<channel> everything that goes to a channel\n  \
    method:<team>:<method>   one method of Slack's, for a workspace\n  \
    peer:<instance>          everything that goes to another instance of SyncBot\n\n\
    Nothing is lost: what is held waits in the queue, and goes on by itself when the time is over or\n\
    `syncbot queue release` ends it. What is under way at the moment is finished first.\n\n\
    Examples:\n  \
    syncbot queue hold team:T0123ABC --for 30m --reason \"their admins asked for it\"\n  \
    syncbot queue hold channel:T0123ABC:C0456DEF --for 1h30m")]
pub(super) struct HoldOptions {
    /// What to hold
    scope: Scope,
    /// For how long: 45s, 30m, 2h, 1h30m, 3d
    #[arg(long = "for", value_name = "TIME", value_parser = arguments::length)]
    length: Duration,
    /// Why, for other operators; no names, no messages
    #[arg(long, default_value = "held by an operator")]
    reason: String,
}

/// Options of `syncbot queue release`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  \
    syncbot queue release team:T0123ABC\n\n\
    `syncbot queue stats` lists what is held.")]
pub(super) struct ReleaseOptions {
    /// What to release, as it was held
    scope: Scope,
}

pub(super) async fn hold(desk: &Desk, options: &HoldOptions) -> anyhow::Result<Outcome> {
    let (scope, team) = (&options.scope, options.scope.team());
    let Desk { queue, clock, rng } = desk;
    let until = desk.now() + i64::try_from(options.length.as_millis())?;
    let entry = Entry {
        team: team.as_ref(),
        actor: Actor::Operator,
        action: "hold.placed",
        subject: Some(scope.to_string()),
        detail: Some(format!("until {}", words::date(until))),
    };
    let longer = retry_contention(clock, rng, || async {
        let mut tx = queue.db().begin().await?;
        queue.hold(&mut tx, scope, until, &options.reason).await?;
        let in_force = queue.hold_on(&mut tx, scope).await?;
        let longer = in_force.filter(|hold| hold.until_at > until);
        if longer.is_none() {
            audit::note(&mut tx, &entry, clock, rng).await?;
        }
        tx.commit().await?;
        Ok(longer)
    });
    let longer = longer.await?;
    say::answer(&match longer {
        None => format!(
            "{scope} is held for {}, until {}.\n",
            words::length(i64::try_from(options.length.as_millis())?),
            words::date(until)
        ),
        Some(hold) => format!(
            "{scope} is held already, and longer: for another {}, until {} ({}).\n\
             That hold stays. To make it shorter, release it first.\n",
            words::length(hold.until_at - desk.now()),
            words::date(hold.until_at),
            say::plain(&hold.reason)
        ),
    });
    Ok(Outcome::Done)
}

pub(super) async fn release(desk: &Desk, options: &ReleaseOptions) -> anyhow::Result<Outcome> {
    let (scope, team) = (&options.scope, options.scope.team());
    let Desk { queue, clock, rng } = desk;
    let entry = Entry {
        team: team.as_ref(),
        actor: Actor::Operator,
        action: "hold.released",
        subject: Some(scope.to_string()),
        detail: None,
    };
    let released = retry_contention(clock, rng, || async {
        let mut tx = queue.db().begin().await?;
        let released = queue.release_hold(&mut tx, scope).await?;
        if released {
            audit::note(&mut tx, &entry, clock, rng).await?;
        }
        tx.commit().await?;
        Ok(released)
    });
    if !released.await? {
        let holds = desk.queue.holds().await?;
        let others: Vec<String> = holds.iter().map(|hold| say::plain(&hold.scope)).collect();
        match others.as_slice() {
            [] => anyhow::bail!("{scope} is not held, nor is anything else"),
            others => anyhow::bail!("{scope} is not held; held are {}", others.join(", ")),
        }
    }
    desk.queue.wakes().signal();
    say::answer(&format!("{scope} is released: what waited for it goes on.\n"));
    Ok(Outcome::Done)
}
