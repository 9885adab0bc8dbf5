//! What we said ourselves comes back as events. Files tell so at once where their copy stands; what was posted
//! in somebody's own name looks as if they had said it.

use std::time::Duration;

use shared::echo;
use shared::jobs::deliver_copy;
use shared::queue::millis;
use shared::tables::posts::{self, Author};
use shared::tables::{copies, copy_files, echoes, installations};

use super::Routing;
use crate::Failure;
use crate::context::FencedTx;
use crate::sync::action::Create;

/// Between looks whether a copy that says the same is there.
const ECHO_PAUSE: Duration = Duration::from_millis(200);
/// Nobody waits for longer. What the same person then says in the same words is the copy.
const ECHO_PATIENCE: Duration = Duration::from_mins(2);

impl Routing<'_> {
    /// Whether what somebody said is a copy that we posted in their name. It is known by its mark, if Slack
    /// tells of that; otherwise by its place, which is known when the call has ended.
    pub(super) async fn is_own_voice(
        &self,
        tx: &mut FencedTx,
        create: &Create,
    ) -> Result<bool, Failure> {
        let (workspace, channel) = (&self.source.id, &self.channel);
        if let Some(copy) = &create.names_copy
            && copies::is_in(tx, copy, workspace, channel).await?
        {
            return Ok(true);
        }
        let Author::Person { user } = &create.author else { return Ok(false) };
        let expected = echoes::expected(tx, workspace, channel, user).await?;
        if expected.is_empty() {
            return Ok(false);
        }
        let now = self.cx.services.queue.time().now();
        if now - self.cx.job.created_at < millis(ECHO_PATIENCE) {
            let reason = "it may be a copy that is being posted in somebody's name";
            return Err(Failure::snooze(ECHO_PAUSE, reason));
        }
        Ok(expected.iter().flatten().any(|body| echo::is_part(&create.body.text, &body.text)))
    }

    /// Whether a message with files is a copy that we made: our bot says it. Which one is known by its files,
    /// which were stored before they were shared. People may share them again, which is a message of theirs.
    pub(super) async fn is_own_share(
        &self,
        tx: &mut FencedTx,
        create: &Create,
    ) -> Result<bool, Failure> {
        let workspace = &self.source.id;
        let is_ours = match &create.author {
            Author::Person { user } => installations::is_bot(tx, workspace, user).await?,
            Author::Bot { bot: Some(bot), .. } => {
                installations::is_bot_id(tx, workspace, bot).await?
            }
            Author::Bot { bot: None, .. } | Author::Unknown => false,
        };
        let files = &create.body.files;
        if is_ours
            && let Some((copy, post)) =
                copy_files::copy_with(tx, workspace, &self.channel, files).await?
            && copy_files::mark_shared(tx, &copy, &post, &create.ts).await?
        {
            let place = posts::wait_key(&self.source.team_id, &self.channel, &create.ts);
            self.cx.unpark_either(tx, &deliver_copy::wait_key(&copy), &place).await?;
        }
        Ok(is_ours)
    }
}
