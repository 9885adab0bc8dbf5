//! Where a message's thread stands in a target channel.

use shared::ids::SlackTs;
use shared::tables::copies::{self, Delivery, Standing};

use super::wait;
use crate::{Done, Failure, JobContext};

/// Where to put a copy.
pub(crate) enum Place {
    /// Among the channel's messages.
    Channel,
    /// In this thread.
    Thread(SlackTs),
    /// The thread is not there yet: the job waits for it.
    Waits(Done),
}

impl Place {
    /// The first message of the thread.
    pub(crate) fn root(&self) -> Option<&SlackTs> {
        match self {
            Self::Thread(root) => Some(root),
            Self::Channel | Self::Waits(_) => None,
        }
    }
}

/// Where the copy of a message belongs.
pub(crate) async fn place(cx: &JobContext<'_>, delivery: &Delivery) -> Result<Place, Failure> {
    let Some(root) = &delivery.root_post_id else { return Ok(Place::Channel) };
    let (workspace, channel) = (&delivery.workspace_id, &delivery.channel_id);
    match copies::standing(&cx.services.db, root, workspace, channel).await? {
        Standing::At(ts) => Ok(Place::Thread(ts)),
        // What was said in the thread of a message that is gone is said all the same.
        Standing::Deleted => Ok(Place::Channel),
        Standing::Coming(copy) => wait::for_copy(cx, root, &copy).await.map(Place::Waits),
        Standing::Dead(_) | Standing::Absent => Err(Failure::dead(
            "the first message of its thread could not be delivered; replaying that brings this one along",
        )),
    }
}
