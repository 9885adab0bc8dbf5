//! What is said about files: beside those that are there, and instead of those that are not.

use shared::slack::file::File;
use shared::tables::copies::Delivery;
use shared::tables::copy_files::{self, Carried};
use shared::tables::posts::Body;

use super::{mrkdwn, rewrite};
use crate::{Failure, JobContext};

/// What the message says whose text was taken away, and that has files.
pub(crate) const NOTHING_SAID: &str = "_(files)_";
/// Of a file's name.
const NAME_MAX_CHARS: usize = 100;

/// What is said with the files of a copy: who shared them, and which could not be copied.
pub(crate) async fn comment(
    cx: &JobContext<'_>,
    delivery: &Delivery,
    body: &Body,
    author: &str,
    carried: &[(i64, Carried)],
) -> Result<String, Failure> {
    let mut text = format!("_Shared by {}_", mrkdwn::escaped(author));
    // Files that were shared without a word, and were given one later.
    if delivery.part == 0 && !body.text.trim().is_empty() {
        text.push('\n');
        text.push_str(&caption(cx, delivery, body).await?);
    }
    for line in lost(body, carried) {
        text.push('\n');
        text.push_str(&line);
    }
    Ok(text)
}

/// What stands where files would, none of which could be copied.
pub(crate) async fn instead(
    cx: &JobContext<'_>,
    delivery: &Delivery,
    body: &Body,
) -> Result<String, Failure> {
    let carried = copy_files::of(&cx.services.db, &delivery.id).await?;
    let mut lines = lost(body, &carried);
    // Files that were shared without a word, and were given one later.
    if delivery.part == 0 && !body.text.trim().is_empty() {
        lines.insert(0, caption(cx, delivery, body).await?);
    }
    Ok(lines.join("\n"))
}

/// So much of a caption stands beside what else is said of files.
const CAPTION_MAX_CHARS: usize = 2_500;

async fn caption(cx: &JobContext<'_>, delivery: &Delivery, body: &Body) -> Result<String, Failure> {
    let text = mrkdwn::shortened(&body.text, CAPTION_MAX_CHARS);
    Ok(rewrite::for_target(cx, delivery, &text).await?.text)
}

/// What their author is told of a file.
pub(crate) fn told_to_author(file: &File, why: &str) -> String {
    format!(
        "SyncBot could not copy your file {} to another workspace: {}.",
        quoted(file),
        mrkdwn::escaped(why)
    )
}

fn lost(body: &Body, carried: &[(i64, Carried)]) -> Vec<String> {
    let line = |(number, carried): &(i64, Carried)| match carried {
        Carried::As(_) => None,
        Carried::Not(why) => {
            let file = usize::try_from(*number).ok().and_then(|number| body.files.get(number))?;
            Some(format!(
                "_The file {} could not be copied: {}_",
                quoted(file),
                mrkdwn::escaped(why)
            ))
        }
    };
    carried.iter().filter_map(line).collect()
}

/// A file's name, so that nothing in it means anything.
fn quoted(file: &File) -> String {
    let name: String = file
        .shown_name()
        .chars()
        .filter(|c| !c.is_control() && *c != '`')
        .take(NAME_MAX_CHARS)
        .collect();
    format!("`{}`", mrkdwn::escaped(&name))
}
