//! Somebody reacted, or takes it back: that is noted, and every other place of the message follows.

use shared::jobs::refresh_reactions;
use shared::tables::{installations, posts, reaction_notices, reactions};

use super::{MESSAGES_COME_WITHIN, Routed, Routing};
use crate::Failure;
use crate::context::FencedTx;
use crate::sync::action::Reaction;

impl Routing<'_> {
    pub(super) async fn react(
        &self,
        tx: &mut FencedTx,
        reaction: Reaction,
    ) -> Result<Routed, Failure> {
        let Reaction { channel: _, ts, user, emoji, is_present, version } = reaction;
        if installations::is_bot(tx, &self.source.id, &user).await? {
            tracing::debug!("a reaction of our own");
            return Ok(Routed::Written);
        }
        let Some(known) = posts::at_place(tx, &self.source.id, &self.channel, &ts).await? else {
            let Some(until) = self.may_come(tx, &ts, MESSAGES_COME_WITHIN).await? else {
                tracing::debug!("a reaction to a message that is not known");
                return Ok(Routed::Written);
            };
            return Ok(Routed::Waits { ts, until, reason: "the message has not come yet" });
        };
        // A line about a reaction is nothing to react to elsewhere: it stands at one place alone.
        if known.copy.is_some() && reaction_notices::is_one(tx, &known.id).await? {
            tracing::debug!("a reaction to what tells of a reaction");
            return Ok(Routed::Written);
        }
        let place = self.place();
        let (post, user, emoji) = (&known.id, &user, emoji.as_str());
        let noted = reactions::Reaction { post, place: &place, user, emoji, is_present, version };
        if reactions::note(tx, &noted).await? {
            let jobs =
                self.routes.followers.iter().map(|target| refresh_reactions::job(post, target));
            self.cx.enqueue(tx, jobs.collect()).await?;
        }
        Ok(Routed::Written)
    }
}
