//! What was said: a post, its copies, and their jobs.

use std::ops::Range;

use chrono::{DateTime, Utc};
use shared::ids::{CopyId, PostId, SlackTs};
use shared::jobs::{deliver_copy, deliver_files};
use shared::queue::NewJob;
use shared::tables::copies::{self, Form};
use shared::tables::posts::{self, Author, NewPost};
use shared::tables::sync_channels::Target;

use super::{ROOTS_COME_WITHIN, Routed, Routing};
use crate::Failure;
use crate::context::FencedTx;
use crate::sync::action::Create;
use crate::sync::split;

/// The root of a reply's thread.
enum Root {
    Known(PostId),
    /// It may still come, before this.
    Missing(DateTime<Utc>),
}

impl Routing<'_> {
    pub(super) async fn create(
        &self,
        tx: &mut FencedTx,
        create: Create,
    ) -> Result<Routed, Failure> {
        let mut jobs = Vec::new();
        let is_mirrored = self.is_mirrored(tx, &create).await?;
        let targets: &[Target] = if is_mirrored { &[] } else { &self.routes.targets };
        let known = posts::at_place(tx, &self.source.id, &self.channel, &create.ts).await?;
        let key = posts::wait_key(&self.source.team_id, &self.channel, &create.ts);
        let has_files = !create.body.files.is_empty();
        let parts = split::copies(&create.body);
        let (post, is_new) = match known {
            // Another event of the same message, or a copy that we made ourselves. No second hop.
            Some(known) if !known.is_placeholder => {
                tracing::debug!("the message is known already");
                return Ok(Routed::Written);
            }
            // Its replies came first, so long before it that they got stubs of it.
            Some(known) => {
                let version = create.ts.micros();
                posts::complete(tx, &known.id, &create.author, &create.body, version).await?;
                if parts > 0 {
                    for target in targets {
                        copies::complete_stub(tx, &known.id, target).await?;
                    }
                    self.follow(tx, &known.id, &mut jobs).await?;
                }
                (known.id, false)
            }
            None => {
                let root_post_id = match create.root_ts {
                    None => None,
                    Some(root_ts) => match self.root(tx, &root_ts).await? {
                        Root::Known(root) => {
                            let missing = without_copy(tx, &root, targets).await?;
                            self.copy(tx, &root, Form::Stub, 0..1, &missing, &mut jobs).await?;
                            Some(root)
                        }
                        Root::Missing(until) => {
                            let reason = "the first message of its thread has not come yet";
                            return Ok(Routed::Waits { ts: root_ts, until, reason });
                        }
                    },
                };
                let (author, body) = (create.author, Some(create.body));
                (self.insert(tx, create.ts, root_post_id, author, body).await?, true)
            }
        };
        let missing =
            if is_new { targets.to_vec() } else { without_copy(tx, &post, targets).await? };
        self.copy(tx, &post, Form::Full, 0..parts, &missing, &mut jobs).await?;
        if has_files {
            self.copy(tx, &post, Form::Files, parts..parts + 1, &missing, &mut jobs).await?;
            let (stubbed, after) = (without(targets, &missing), parts.max(1));
            self.copy(tx, &post, Form::Files, after..after + 1, &stubbed, &mut jobs).await?;
        }
        if is_mirrored {
            tracing::info!(post.id = %post, "an app repeats what stands here: it is not copied");
            posts::clear_body_when_delivered(tx, &post).await?;
        }
        tracing::debug!(post.id = %post, copies = jobs.len(), "message routed");
        self.cx.enqueue(tx, jobs).await?;
        self.cx.unpark(tx, &key).await?;
        Ok(Routed::Written)
    }

    /// The root of the thread that stands at `ts`. One from before the sync is known by its place alone.
    async fn root(&self, tx: &mut FencedTx, ts: &SlackTs) -> Result<Root, Failure> {
        if let Some(known) = posts::at_place(tx, &self.source.id, &self.channel, ts).await? {
            // What looks like a root in this channel may itself be the copy of a reply's root.
            return Ok(Root::Known(known.root_post_id.unwrap_or(known.id)));
        }
        if let Some(until) = self.may_come(tx, ts, ROOTS_COME_WITHIN).await? {
            return Ok(Root::Missing(until));
        }
        let placeholder = self.insert(tx, ts.clone(), None, Author::Unknown, None).await?;
        Ok(Root::Known(placeholder))
    }

    async fn insert(
        &self,
        tx: &mut FencedTx,
        ts: SlackTs,
        root_post_id: Option<PostId>,
        author: Author,
        body: Option<posts::Body>,
    ) -> Result<PostId, Failure> {
        let services = &self.cx.services;
        let post = NewPost {
            id: PostId::generate(&services.clock, &services.rng),
            workspace_id: self.source.id.clone(),
            channel_id: self.channel.clone(),
            ts,
            root_post_id,
            author,
            body,
        };
        // Whoever wrote it in between is found by the next run.
        let is_new = posts::insert_new(tx, &post, services.clock.now()).await?;
        if is_new { Ok(post.id) } else { Err(Failure::Again) }
    }

    async fn copy(
        &self,
        tx: &mut FencedTx,
        post: &PostId,
        form: Form,
        parts: Range<i64>,
        targets: &[Target],
        jobs: &mut Vec<NewJob>,
    ) -> Result<(), Failure> {
        let services = &self.cx.services;
        for target in targets {
            for part in parts.clone() {
                let copy = CopyId::generate(&services.clock, &services.rng);
                let now = services.clock.now();
                copies::insert(tx, &copy, post, form, part, target, now).await?;
                jobs.push(match form {
                    Form::Files => deliver_files::job(&copy, target),
                    _ => deliver_copy::job(&copy, target),
                });
            }
        }
        Ok(())
    }
}

fn without(targets: &[Target], others: &[Target]) -> Vec<Target> {
    targets.iter().filter(|target| !others.contains(target)).cloned().collect()
}

/// The targets without a copy of the message.
async fn without_copy(
    tx: &mut FencedTx,
    post: &PostId,
    targets: &[Target],
) -> Result<Vec<Target>, Failure> {
    let mut missing = Vec::new();
    for target in targets {
        if !copies::has_one(tx, post, target).await? {
            missing.push(target.clone());
        }
    }
    Ok(missing)
}
