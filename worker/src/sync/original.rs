//! The message that a copy is of, and where any message stands.

use secrecy::SecretString;
use shared::ids::{ChannelId, SlackTs, TeamId};
use shared::slack::methods::chat::GetPermalink;
use shared::tables::copies::Delivery;

use crate::JobContext;

/// Its address, if Slack tells it: what is to be said is of use without.
pub(crate) async fn link(
    cx: &JobContext<'_>,
    delivery: &Delivery,
    token: &SecretString,
) -> Option<String> {
    let (team, channel) = (&delivery.source_team_id, &delivery.source_channel_id);
    address(cx, token, team, channel, &delivery.source_ts).await
}

/// As [`link`], of any message.
pub(crate) async fn address(
    cx: &JobContext<'_>,
    token: &SecretString,
    team: &TeamId,
    channel: &ChannelId,
    ts: &SlackTs,
) -> Option<String> {
    let permalink = GetPermalink { channel, message_ts: ts };
    let answer = cx.call(team, token, &permalink).await;
    answer.ok().map(|answer| answer.permalink)
}
