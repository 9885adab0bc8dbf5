//! Files that we shared ourselves come back as events: those tell at once where the copy stands.

use shared::jobs::deliver_copy;
use shared::tables::posts::{self, Author};
use shared::tables::{copy_files, installations};

use super::Routing;
use crate::Failure;
use crate::context::FencedTx;
use crate::sync::action::Create;

impl Routing<'_> {
    /// Whether a message with files is a copy that we made. It is known by its files, which were stored
    /// before they were shared; other apps' messages in our name there are none.
    pub(super) async fn is_own_share(
        &self,
        tx: &mut FencedTx,
        create: &Create,
    ) -> Result<bool, Failure> {
        let files = &create.body.files;
        let workspace = &self.source.id;
        let Some((copy, post)) = copy_files::copy_with(tx, workspace, &self.channel, files).await?
        else {
            return Ok(match &create.author {
                Author::Person { user } => installations::is_bot(tx, workspace, user).await?,
                Author::Bot { bot: Some(bot), .. } => {
                    installations::is_bot_id(tx, workspace, bot).await?
                }
                Author::Bot { bot: None, .. } | Author::Unknown => false,
            });
        };
        if copy_files::mark_shared(tx, &copy, &post, &create.ts).await? {
            let place = posts::wait_key(&self.source.team_id, &self.channel, &create.ts);
            self.cx.unpark_either(tx, &deliver_copy::wait_key(&copy), &place).await?;
        }
        Ok(true)
    }
}
