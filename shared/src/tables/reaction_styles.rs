//! How a channel shows what people at the others react.

use crate::db::{DbError, Tx};
use crate::ids::SyncChannelId;
use crate::sql;

/// How a sync channel shows what people at the others react.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ReactionStyle {
    /// The emoji itself, as our bot's reaction.
    #[default]
    Native,
    /// One line in the message's thread for each, with the person's name.
    Attributed,
    /// Not at all.
    Off,
}

impl ReactionStyle {
    /// Every style.
    pub const ALL: [Self; 3] = [Self::Native, Self::Attributed, Self::Off];

    /// What it is called, in the database and by people.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Native => "native",
            Self::Attributed => "attributed",
            Self::Off => "off",
        }
    }
}

/// From now on the channel shows reactions so, in this sync; those that it shows stay until they are taken
/// back. `false`: it did before.
pub async fn set(
    tx: &mut Tx,
    channel: &SyncChannelId,
    style: ReactionStyle,
) -> Result<bool, DbError> {
    let changed = tx
        .query(sql!(
            "UPDATE sync_channels SET reaction_style = $2 WHERE id = $1 AND reaction_style <> $2"
        ))
        .bind(channel.clone())
        .bind(style.as_str())
        .execute()
        .await?;
    Ok(changed == 1)
}
