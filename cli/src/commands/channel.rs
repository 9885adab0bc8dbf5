//! `syncbot channel`: which channels are in step with others, pauses, and how reactions show.

use std::process::ExitCode;
use std::time::Duration;

use clap::{Args, Subcommand};
use shared::db::retry_contention;
use shared::ids::{ChannelId, TeamId};
use shared::jobs::fill_gap;
use shared::tables::audit::{self, Actor, Entry};
use shared::tables::gaps::{self, Reason};
use shared::tables::pauses::{self, Cause};
use shared::tables::reaction_styles::{self, ReactionStyle};
use shared::tables::sync_channels::{self, Listed};
use shared::tables::workspaces;

use super::desk::{self, Desk, Outcome};
use super::table::{Align, Table};
use super::{queue, say, words};

/// Options of `syncbot channel`.
#[derive(Debug, Args)]
#[command(
    arg_required_else_help = true,
    after_help = "What is said in a channel during a pause is not copied, nor are messages of the others copied to it, not\n\
        even afterwards. Edits, deletions and reactions of older messages follow when it is resumed.\n\n\
        `backfill` reads a channel's history again, as after Slack could not reach SyncBot for longer than it tries. What\n\
        arrived already stays as it is; what did not is copied after what was said since.\n\n\
        Examples:\n  \
        syncbot channel list\n  \
        syncbot channel pause T0123ABC C0456DEF\n  \
        syncbot channel resume T0123ABC C0456DEF\n  \
        syncbot channel reactions T0123ABC C0456DEF attributed\n  \
        syncbot channel backfill T0123ABC C0456DEF --since 2h\n\n\
        It reads the same DATABASE_ variables as the processes of SyncBot (docs/CONFIG.md)."
)]
pub(crate) struct Options {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// List the channels that are in step with others
    List,
    /// Copy nothing that is said from now on, neither from a channel nor to it
    Pause(Channel),
    /// Copy what is said from now on again, and what became of older messages meanwhile
    Resume(Channel),
    /// Choose how a channel shows what people at the others react
    Reactions {
        #[command(flatten)]
        channel: Channel,
        /// `native`, as emoji; `attributed`, as a line in the thread with the person's name; or `off`, not at all
        #[arg(value_parser = style)]
        style: ReactionStyle,
    },
    /// Look in a channel's history for what Slack did not tell of, and copy it
    Backfill {
        #[command(flatten)]
        channel: Channel,
        /// How far back: 45s, 30m, 2h, 1h30m, 3d
        #[arg(long, value_name = "TIME", value_parser = queue::length)]
        since: Duration,
    },
}

fn style(text: &str) -> Result<ReactionStyle, String> {
    let style = ReactionStyle::ALL.into_iter().find(|style| style.as_str() == text);
    style.ok_or_else(|| "it is `native`, `attributed` or `off`".to_owned())
}

#[derive(Debug, Args)]
struct Channel {
    /// The workspace's id in Slack, such as T0123ABC
    team: TeamId,
    /// The channel's id in Slack, such as C0456DEF
    channel: ChannelId,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Act {
    Pause,
    Resume,
    Reactions(ReactionStyle),
}

pub(crate) fn main(options: Options) -> ExitCode {
    desk::main("syncbot channel", async |desk: &Desk| match options.command {
        Command::List => list(desk).await,
        Command::Pause(channel) => change(desk, &channel, Act::Pause).await,
        Command::Resume(channel) => change(desk, &channel, Act::Resume).await,
        Command::Reactions { channel, style } => {
            change(desk, &channel, Act::Reactions(style)).await
        }
        Command::Backfill { channel, since } => backfill(desk, &channel, since).await,
    })
}

async fn list(desk: &Desk) -> anyhow::Result<Outcome> {
    let channels = sync_channels::list(desk.queue.db()).await?;
    if channels.is_empty() {
        say::answer("No channel is in step with another.\n");
        return Ok(Outcome::Done);
    }
    let head = ["SYNC", "WORKSPACE", "TEAM", "CHANNEL", "MESSAGES", "REACTIONS", "STATE"];
    let mut table = Table::new(head.map(|name| (name, Align::Left)));
    for channel in channels {
        table.row(cells(&channel));
    }
    say::answer(&table.render());
    Ok(Outcome::Done)
}

fn cells(channel: &Listed) -> [String; 7] {
    let way = match (channel.publishes, channel.subscribes) {
        (true, true) => "out and in",
        (true, false) => "out",
        (false, true) => "in",
        (false, false) => "none",
    };
    let state = match (channel.uninstalled_since, channel.paused_since) {
        (Some(since), _) => format!("uninstalled since {}", words::date(since.timestamp_millis())),
        (None, Some(micros)) => format!("paused since {}", words::date(micros / 1_000)),
        (None, None) => "active".to_owned(),
    };
    [
        say::plain(&channel.title),
        say::plain(&channel.workspace_name),
        channel.team_id.to_string(),
        channel.channel_id.to_string(),
        way.to_owned(),
        say::plain(&channel.reaction_style),
        state,
    ]
}

/// What is noted of a change.
fn entry(channel: &Channel, act: Act) -> Entry<'_> {
    let entry = Entry {
        team: Some(&channel.team),
        actor: Actor::Operator,
        action: "channel.paused",
        subject: Some(channel.channel.to_string()),
        detail: None,
    };
    match act {
        Act::Pause => entry,
        Act::Resume => Entry { action: "channel.resumed", ..entry },
        Act::Reactions(style) => {
            let detail = Some(style.as_str().to_owned());
            Entry { action: "channel.reactions_set", detail, ..entry }
        }
    }
}

/// The app is installed in the workspace, or was never. While it is not, everything of it is paused, and only
/// installing the app ends that.
async fn must_be_installed(desk: &Desk, team: &TeamId) -> anyhow::Result<()> {
    let mut tx = desk.queue.db().begin().await?;
    if let Some(since) = workspaces::uninstalled_since(&mut tx, team).await? {
        anyhow::bail!(
            "{team} has removed the app, on {}: nothing is copied from or to it until somebody there installs it again",
            words::date(since.timestamp_millis())
        );
    }
    Ok(())
}

/// Changes how the channel takes part, in each of its syncs.
async fn change(desk: &Desk, changed: &Channel, act: Act) -> anyhow::Result<Outcome> {
    let (Desk { queue, clock, rng }, Channel { team, channel }) = (desk, changed);
    if !matches!(act, Act::Reactions(_)) {
        must_be_installed(desk, team).await?;
    }
    let entry = entry(changed, act);
    let changed = retry_contention(clock, rng, || async {
        let mut tx = queue.db().begin().await?;
        let syncs = sync_channels::of_channel(&mut tx, team, channel).await?;
        let mut changed = 0;
        for sync in &syncs {
            changed += usize::from(match act {
                Act::Pause => pauses::pause(&mut tx, sync, Cause::Admin, clock).await?,
                Act::Resume => pauses::resume(&mut tx, queue, sync, clock).await?,
                Act::Reactions(style) => reaction_styles::set(&mut tx, sync, style).await?,
            });
        }
        if changed > 0 {
            audit::note(&mut tx, &entry, clock, rng).await?;
        }
        tx.commit().await?;
        Ok((syncs.len(), changed))
    });
    let said = match (changed.await?, act) {
        ((0, _), _) => anyhow::bail!(
            "channel {channel} of {team} is in step with none; `syncbot channel list` shows those that are"
        ),
        ((_, 0), Act::Pause) => "is paused already",
        ((_, 0), Act::Resume) => "is not paused",
        ((_, 0), Act::Reactions(_)) => "shows reactions so already",
        (_, Act::Pause) => "is paused: what is said from now on stays where it is",
        (_, Act::Resume) => "is resumed: what is said from now on is copied again",
        (_, Act::Reactions(ReactionStyle::Native)) => "shows reactions as emoji from now on",
        (_, Act::Reactions(ReactionStyle::Attributed)) => {
            "shows reactions as lines in threads from now on"
        }
        (_, Act::Reactions(ReactionStyle::Off)) => "shows no new reactions of the others",
    };
    queue.wakes().signal();
    say::answer(&format!("Channel {channel} of {team} {said}.\n"));
    Ok(Outcome::Done)
}

/// Notes a gap from then until now.
async fn backfill(
    desk: &Desk,
    Channel { team, channel }: &Channel,
    since: Duration,
) -> anyhow::Result<Outcome> {
    let Desk { queue, clock, rng } = desk;
    must_be_installed(desk, team).await?;
    let (now, since) = (clock.now(), i64::try_from(since.as_micros())?);
    let until = now.timestamp_micros();
    let from = words::date((until - since) / 1_000);
    let entry = Entry {
        team: Some(team),
        actor: Actor::Operator,
        action: "channel.backfilled",
        subject: Some(channel.to_string()),
        detail: Some(format!("from {from} on")),
    };
    let opened = retry_contention(clock, rng, || async {
        let mut tx = queue.db().begin().await?;
        let Some(workspace) = workspaces::by_team(&mut tx, team).await? else { return Ok(false) };
        let gap = fill_gap::Payload {
            workspace: workspace.id,
            team: team.clone(),
            channel: channel.clone(),
            from: until.saturating_sub(since),
            until,
        };
        let opened = gaps::open(&mut tx, queue, &gap, Reason::Operator, now).await?;
        if opened {
            audit::note(&mut tx, &entry, clock, rng).await?;
        }
        tx.commit().await?;
        Ok(opened)
    });
    if !opened.await? {
        anyhow::bail!(
            "channel {channel} of {team} publishes to none; `syncbot channel list` shows those that do"
        );
    }
    queue.wakes().signal();
    say::answer(&format!("Channel {channel} of {team} is read again, from {from} on.\n"));
    Ok(Outcome::Done)
}
