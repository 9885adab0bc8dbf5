//! The message that a copy is of.

use secrecy::SecretString;
use shared::slack::methods::chat::GetPermalink;
use shared::tables::copies::Delivery;

use crate::JobContext;

/// Its address, if Slack tells it: what is to be said is of use without.
pub(crate) async fn link(
    cx: &JobContext<'_>,
    delivery: &Delivery,
    token: &SecretString,
) -> Option<String> {
    let permalink =
        GetPermalink { channel: &delivery.source_channel_id, message_ts: &delivery.source_ts };
    let answer = cx.call(&delivery.source_team_id, token, &permalink).await;
    answer.ok().map(|answer| answer.permalink)
}
