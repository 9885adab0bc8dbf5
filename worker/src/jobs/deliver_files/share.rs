//! Shares files that are uploaded. Slack accepts that at once and shows the message some time later: its ts
//! is told by `files.info`, or by Slack's own event, whichever comes first.

use std::time::Duration;

use secrecy::SecretString;
use shared::failpoint;
use shared::ids::{FileId, SlackTs};
use shared::jobs::deliver_copy;
use shared::queue::{Scope, millis};
use shared::slack::methods::Nothing;
use shared::slack::methods::files::{CompleteUpload, Info, Uploaded};
use shared::slack::{CallError, Outcome};
use shared::tables::copies::{self, Delivery, Doubt};
use shared::tables::copy_files::{self, Carried};
use shared::tables::posts::{self, Body};

use super::QUICK;
use crate::sync::thread::Place;
use crate::sync::{author, carry, files, refusal};
use crate::{Done, Failure, JobContext};

/// Slack looks for malware before it shows files that it accepted. So many times what it may need to show a
/// message is longer than that ever takes: ten minutes, if nobody has set it otherwise.
const SHARES_TAKE: i64 = 120;
/// Between looks: a quarter of the time that it took so far, within these.
const LOOK_PAUSES: (i64, i64) = (250, 15_000);
/// Looks, after the call and what it made have settled, before files are shared again.
const LOOKS: i64 = 2;

/// The files of one copy.
pub(super) struct Sharing<'s> {
    pub(super) cx: &'s JobContext<'s>,
    pub(super) delivery: &'s Delivery,
    pub(super) token: &'s SecretString,
    pub(super) place: &'s Place,
}

/// How a run ends.
pub(super) enum Ended {
    Done(Done),
    /// It goes on in a lane of its own.
    GoesApart,
}

impl Sharing<'_> {
    pub(super) async fn share(
        &self,
        body: &Body,
        carried: &[(i64, Carried)],
        is_apart: bool,
    ) -> Result<Ended, Failure> {
        let (cx, delivery) = (self.cx, self.delivery);
        let ids = ids(carried);
        let author = author::shown(cx, delivery, &delivery.author).await?;
        let comment = files::comment(cx, delivery, body, &author.name, carried).await?;
        let uploaded: Vec<Uploaded<'_>> = ids.iter().map(|id| Uploaded { id }).collect();
        let mut upload = CompleteUpload {
            files: &serde_json::to_string(&uploaded).expect("ids are plain data"),
            channel_id: &delivery.channel_id,
            thread_ts: self.place.root(),
            initial_comment: &comment,
            username: &author.name,
            icon_url: author.avatar_url.as_deref(),
        };

        match cx.turn::<CompleteUpload<'_>>(&delivery.team_id, None).await {
            // Nobody else waits for it.
            Err(Failure::Hold { .. }) if !is_apart => return Ok(Ended::GoesApart),
            turn => turn?,
        }
        let mut called = self.call(&upload).await?;
        if let Err(error) = &called
            && error.code() == Some("thread_not_found")
            && upload.thread_ts.take().is_some()
        {
            // What was shared in a thread that is gone is shared all the same.
            called = self.call(&upload).await?;
        }
        match called {
            Ok(_) => {
                let until = cx.services.queue.time().now().saturating_add(self.shown_within());
                let mut tx = cx.begin().await?;
                if !copy_files::mark_accepted(&mut tx, &delivery.id, until).await? {
                    return Err(Failure::Again);
                }
                cx.commit(tx).await?;
                failpoint!("files.accepted");
                let doubt = Doubt {
                    deadline: until,
                    after_ts: delivery.later_than.clone(),
                    looks: 0,
                    look_from: None,
                };
                self.look(&doubt, &ids, is_apart).await
            }
            Err(error) => Err(self.after(&error).await?),
        }
    }

    async fn call(
        &self,
        upload: &CompleteUpload<'_>,
    ) -> Result<Result<Nothing, CallError>, Failure> {
        let cx = self.cx;
        failpoint!("files.before_sending");
        let mut tx = cx.begin().await?;
        copies::mark_sending(&mut tx, self.delivery, cx.call_deadline()).await?;
        cx.commit(tx).await?;
        failpoint!("files.sending_committed");
        let called = cx.call_now(self.token, upload).await;
        failpoint!("files.called");
        Ok(called)
    }

    /// What became of an earlier call. `None`: there was none.
    pub(super) async fn find(&self, is_apart: bool) -> Result<Option<Ended>, Failure> {
        let carried = copy_files::of(&self.cx.services.db, &self.delivery.id).await?;
        match &self.delivery.doubt {
            Some(doubt) => self.look(doubt, &ids(&carried), is_apart).await.map(Some),
            None => Ok(None),
        }
    }

    async fn look(&self, doubt: &Doubt, ids: &[FileId], is_apart: bool) -> Result<Ended, Failure> {
        let (cx, delivery) = (self.cx, self.delivery);
        if let Some(ts) = self.shown_at(ids).await? {
            return store(cx, delivery, &ts).await.map(Ended::Done);
        }
        let now = cx.services.queue.time().now();
        let settled = doubt.deadline.saturating_add(millis(cx.services.settle));
        if now < settled {
            let waited = (now - (doubt.deadline - self.shown_within())).max(0);
            if !is_apart && waited >= millis(QUICK) {
                return Ok(Ended::GoesApart);
            }
            let pause = (waited / 4).clamp(LOOK_PAUSES.0, LOOK_PAUSES.1).min(settled - now);
            return Err(Failure::snooze(after(pause), "Slack does not show the files yet"));
        }
        let looks = doubt.looks + 1;
        let mut tx = cx.begin().await?;
        if looks < LOOKS {
            copies::note_look(&mut tx, &delivery.id, &Doubt { looks, ..doubt.clone() }).await?;
            cx.commit(tx).await?;
            let pause = millis(cx.services.settle).saturating_mul(2);
            return Err(Failure::snooze(after(pause), "Slack may show the files yet"));
        }
        // Slack may keep files that it accepted to itself: others are carried in their place.
        copy_files::forget(&mut tx, &delivery.id).await?;
        copies::mark_pending(&mut tx, &delivery.id).await?;
        cx.commit(tx).await?;
        // Tried again, and not for ever.
        Err(Failure::Retry { error: "Slack does not show files that were shared".to_owned() })
    }

    /// For how long Slack may keep files to itself that it accepted, in milliseconds.
    fn shown_within(&self) -> i64 {
        millis(self.cx.services.settle).saturating_mul(SHARES_TAKE)
    }

    /// The message that shows the files, if there is one.
    async fn shown_at(&self, ids: &[FileId]) -> Result<Option<SlackTs>, Failure> {
        let (cx, delivery) = (self.cx, self.delivery);
        for file in ids {
            match cx.call(&delivery.team_id, self.token, &Info { file }).await {
                Ok(answer) => {
                    return Ok(answer.file.shares.first_in(&delivery.channel_id).cloned());
                }
                // Somebody deleted it, or Slack did: the next one tells the same.
                Err(error) if error.outcome() == Outcome::Permanent => {}
                Err(error) => return Err(self.refused(&error)),
            }
        }
        Ok(None)
    }

    /// What follows from a call that failed.
    async fn after(&self, error: &CallError) -> Result<Failure, Failure> {
        let (cx, delivery) = (self.cx, self.delivery);
        if error.code() == Some("file_not_found") {
            let mut tx = cx.begin().await?;
            copy_files::forget(&mut tx, &delivery.id).await?;
            copies::mark_pending(&mut tx, &delivery.id).await?;
            cx.commit(tx).await?;
            return Ok(Failure::retry(error));
        }
        if let Some(why) = carry::reason(error) {
            let carried = copy_files::of(&cx.services.db, &delivery.id).await?;
            let mut tx = cx.begin().await?;
            for (number, carried) in carried {
                if let Carried::As(_) = carried {
                    super::tell_author(cx, &mut tx, delivery, number, &why).await?;
                }
            }
            copy_files::refuse(&mut tx, &delivery.id, &why).await?;
            copies::mark_pending(&mut tx, &delivery.id).await?;
            cx.commit(tx).await?;
            return Ok(Failure::Again);
        }
        let limited = Scope::method(&delivery.team_id, error.method());
        refusal::after_post(cx, delivery, error, limited).await
    }

    fn refused(&self, error: &CallError) -> Failure {
        let (team, channel) = (&self.delivery.team_id, &self.delivery.channel_id);
        refusal::failure(self.cx, error, team, channel, Scope::method(team, error.method()))
    }
}

fn ids(carried: &[(i64, Carried)]) -> Vec<FileId> {
    let id = |(_, carried): &(i64, Carried)| match carried {
        Carried::As(id) => Some(id.clone()),
        Carried::Not(_) => None,
    };
    carried.iter().filter_map(id).collect()
}

fn after(millis: i64) -> Duration {
    Duration::from_millis(u64::try_from(millis).unwrap_or_default())
}

async fn store(cx: &JobContext<'_>, delivery: &Delivery, ts: &SlackTs) -> Result<Done, Failure> {
    let mut tx = cx.begin().await?;
    copy_files::mark_shared(&mut tx, &delivery.id, &delivery.post_id, ts).await?;
    let place = posts::wait_key(&delivery.team_id, &delivery.channel_id, ts);
    cx.unpark_either(&mut tx, &deliver_copy::wait_key(&delivery.id), &place).await?;
    cx.done(tx).await
}
