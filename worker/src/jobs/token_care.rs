//! Has the tokens renewed that end within two hours. Of those that are left over, the next run has them renewed.

use shared::jobs::renew_token;
use shared::tables::{installations, user_tokens};

use crate::jobs::renew_token::EARLY;
use crate::{Done, Failure, JobContext};

/// Tokens of each sort in one run.
const MOST: i64 = 500;

pub(crate) async fn run(cx: &JobContext<'_>) -> Result<Done, Failure> {
    let (mut tx, before) = (cx.begin().await?, cx.services.clock.now() + EARLY);
    let bots = installations::ending_before(&mut tx, before, MOST).await?;
    let people = user_tokens::ending_before(&mut tx, before, MOST).await?;
    let bots = bots.iter().map(|workspace| renew_token::job(workspace, None));
    let people = people.iter().map(|(workspace, user)| renew_token::job(workspace, Some(user)));
    cx.enqueue(&mut tx, bots.chain(people).collect()).await?;
    cx.done(tx).await
}
