//! Reactions in words: one line in the message's thread for each person and emoji, which goes when it is taken
//! back. A line is a message by whoever reacted, with one copy, so it is made and removed like any other.

use shared::ids::{CopyId, PostId, SlackTs};
use shared::jobs::{deliver_copy, refresh_copy};
use shared::tables::changes;
use shared::tables::copies::{self, Form};
use shared::tables::posts::{self, Author, Body, NewPost};
use shared::tables::reaction_notices::{self, Told};
use shared::tables::sync_channels::Target;

use crate::sync::original;
use crate::{Failure, FencedTx, JobContext};

/// Brings the lines below a message, which stands at `ts`, to what people at other places react.
pub(super) async fn follow(
    cx: &JobContext<'_>,
    post: &PostId,
    place: &Target,
    ts: &SlackTs,
) -> Result<(), Failure> {
    let db = &cx.services.db;
    for (notice, since) in reaction_notices::outdated(db, post, place).await? {
        let mut tx = cx.begin().await?;
        posts::delete(&mut tx, &notice, since, cx.services.clock.now()).await?;
        let followers = changes::followers(&mut tx, &notice).await?;
        cx.enqueue(&mut tx, followers.iter().map(refresh_copy::job).collect()).await?;
        reaction_notices::forget(&mut tx, &notice).await?;
        cx.commit(tx).await?;
    }
    let missing = reaction_notices::missing(db, post, place).await?;
    if missing.is_empty() {
        return Ok(());
    }
    let root = posts::root_of(db, post).await?;
    let link = match &root {
        Some(_) => {
            let token = cx.target_token(&place.workspace_id, &place.team_id).await?;
            original::address(cx, &token, &place.team_id, &place.channel_id, ts).await
        }
        // In its thread, nobody needs to be told which message is meant.
        None => None,
    };
    let root = root.unwrap_or_else(|| post.clone());
    for told in missing {
        let mut tx = cx.begin().await?;
        // Whoever deletes it removes the lines that are there by then.
        if !posts::stays(&mut tx, post).await? {
            break;
        }
        let notice = say(cx, &mut tx, &root, &told, words(&told.emoji, link.as_deref())).await?;
        reaction_notices::insert(&mut tx, &notice, post, place, &told).await?;
        let services = cx.services;
        let copy = CopyId::generate(&services.clock, &services.rng);
        let now = services.clock.now();
        copies::insert(&mut tx, &copy, &notice, Form::Reaction, 0, place, now).await?;
        cx.enqueue(&mut tx, vec![deliver_copy::job(&copy, place)]).await?;
        cx.commit(tx).await?;
    }
    Ok(())
}

fn words(emoji: &str, link: Option<&str>) -> String {
    match link {
        Some(link) => format!("reacted with :{emoji}: to <{link}|this message>"),
        None => format!("reacted with :{emoji}:"),
    }
}

/// What somebody reacted, as a message that they say in the thread.
async fn say(
    cx: &JobContext<'_>,
    tx: &mut FencedTx,
    root: &PostId,
    told: &Told,
    text: String,
) -> Result<PostId, Failure> {
    let services = cx.services;
    let mut post = NewPost {
        id: PostId::generate(&services.clock, &services.rng),
        workspace_id: told.workspace_id.clone(),
        channel_id: told.channel_id.clone(),
        ts: SlackTs::of_our_own(told.version),
        root_post_id: Some(root.clone()),
        author: Author::Person { user: told.user_id.clone() },
        body: Some(Body::said(text)),
    };
    // Other places are told of the same.
    while !posts::insert_new(tx, &post, services.clock.now()).await? {
        post.ts = SlackTs::of_our_own(post.ts.micros() + 1);
    }
    Ok(post.id)
}
