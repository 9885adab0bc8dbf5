//! What was said is changed or gone: the post says so, and its copies follow.

use shared::ids::PostId;
use shared::jobs::{refresh_copy, refresh_reactions};
use shared::queue::NewJob;
use shared::tables::{changes, posts, reaction_notices};

use super::{MESSAGES_COME_WITHIN, Routed, Routing};
use crate::Failure;
use crate::context::FencedTx;
use crate::sync::action::{Change, Changed};

impl Routing<'_> {
    /// Stores what became of a message; its copies follow, each in a lane of its own.
    pub(super) async fn change(
        &self,
        tx: &mut FencedTx,
        change: Change,
        at: i64,
    ) -> Result<Routed, Failure> {
        let Change { channel: _, ts, to } = change;
        let known = posts::at_place(tx, &self.source.id, &self.channel, &ts).await?;
        // Of one that is known by its place alone, what it said may come as well: it must not undo an edit.
        let is_edit = matches!(to, Changed::Edited { .. });
        let known =
            known.filter(|known| !(is_edit && known.copy.is_none() && known.is_placeholder));
        let Some(known) = known else {
            let Some(until) = self.may_come(tx, &ts, MESSAGES_COME_WITHIN).await? else {
                tracing::debug!("a change of a message that is not known");
                return Ok(Routed::Written);
            };
            return Ok(Routed::Waits { ts, until, reason: "the message has not come yet" });
        };
        let mut jobs = Vec::new();
        let is_news = match (&known.copy, to) {
            // Somebody removed a copy: it stays removed, and nothing else is.
            (Some(copy), Changed::Deleted) => {
                changes::mark_deleted(tx, copy, &known.id).await?;
                false
            }
            (Some(_), Changed::Edited { .. }) => false,
            (None, Changed::Deleted) => {
                let now = self.cx.services.clock.now();
                let is_news = posts::delete(tx, &known.id, at, now).await?;
                // The lines about reactions to it go as well: here now, elsewhere with its copies. There are no
                // more to come once it is deleted.
                if reaction_notices::exist_of(tx, &known.id).await? {
                    jobs.push(refresh_reactions::job(&known.id, &self.place()));
                }
                is_news
            }
            // Slack tells of previews and of replies in the same way: then it says what it said. Whatever edit
            // of before comes later is known to be undone.
            (None, Changed::Edited { body, version }) if known.digest == Some(body.digest()) => {
                posts::still_says(tx, &known.id, version).await?;
                false
            }
            (None, Changed::Edited { body, version }) => {
                posts::edit(tx, &known.id, &body, version).await?
            }
        };
        if is_news {
            self.follow(tx, &known.id, &mut jobs).await?;
            self.cx.enqueue(tx, jobs).await?;
        }
        Ok(Routed::Written)
    }

    /// Jobs for the copies that have to follow. Where the channel is paused, they follow when it is resumed.
    pub(super) async fn follow(
        &self,
        tx: &mut FencedTx,
        post: &PostId,
        jobs: &mut Vec<NewJob>,
    ) -> Result<(), Failure> {
        let followers = changes::followers(tx, post).await?;
        let live =
            followers.iter().filter(|follower| self.routes.followers.contains(&follower.target));
        jobs.extend(live.map(refresh_copy::job));
        Ok(())
    }
}
