//! Brings one file from the workspace it was shared in to another: read there, written here, never kept.

use secrecy::SecretString;
use shared::queue::Scope;
use shared::slack::file::{Access, FILE_MAX_BYTES, File};
use shared::slack::methods::files::{GetUploadUrl, Info};
use shared::slack::transfer::DownloadError;
use shared::slack::{CallError, Outcome};
use shared::tables::copies::Delivery;
use shared::tables::copy_files::Carried;

use super::refusal;
use crate::{Failure, JobContext};

/// A transfer that fails for no known reason is given up after so many tries: more than a day, and before the
/// job would be.
const TRIES: i64 = 36;

/// Both workspaces' tokens.
pub(crate) struct Tokens {
    /// `None`: the workspace it was shared in is no longer installed.
    pub(crate) source: Option<SecretString>,
    pub(crate) target: SecretString,
}

/// Carries one file; a failure is one that may pass.
pub(crate) async fn one(
    cx: &JobContext<'_>,
    delivery: &Delivery,
    tokens: &Tokens,
    file: &File,
) -> Result<Carried, Failure> {
    match carry(cx, delivery, tokens, file).await {
        Ok(carried) => Ok(carried),
        Err(Trouble::Final(why)) => Ok(Carried::Not(why)),
        Err(Trouble::Transfer(_)) if cx.job.attempts + 1 >= TRIES => {
            Ok(Carried::Not("it could not be transferred".to_owned()))
        }
        Err(Trouble::Transfer(error)) => Err(Failure::retry(&error)),
        Err(Trouble::Wait(failure)) => Err(failure),
    }
}

/// Why a file is not carried.
enum Trouble {
    /// It never will be, for this reason, in words for people.
    Final(String),
    /// Its bytes did not come through.
    Transfer(CallError),
    /// Slack wants us to wait, or a person has to put something right.
    Wait(Failure),
}

fn never(why: &str) -> Trouble {
    Trouble::Final(why.to_owned())
}

async fn carry(
    cx: &JobContext<'_>,
    delivery: &Delivery,
    tokens: &Tokens,
    file: &File,
) -> Result<Carried, Trouble> {
    let Some(source) = &tokens.source else {
        return Err(never("the workspace it comes from no longer has SyncBot"));
    };
    let described = match file.access() {
        Access::Unknown => Some(describe(cx, delivery, source, file).await?),
        _ => None,
    };
    let file = described.as_ref().unwrap_or(file);
    let address = match (file.access(), file.address()) {
        (Access::Hosted, Some(address)) => address,
        (Access::Deleted, _) => return Err(never("it was deleted")),
        (Access::Hidden, _) => return Err(never("its workspace's plan hides it")),
        (Access::External, _) => return Err(never("it is kept outside Slack")),
        (Access::Hosted | Access::Unknown, _) => {
            return Err(never("Slack does not say where it is"));
        }
    };
    let client = &cx.services.slack;
    let download = client.download(source, address).await.map_err(|error| match error {
        DownloadError::Call(error) => match error.outcome() {
            Outcome::Transient(Some(pause)) => {
                Trouble::Wait(Failure::snooze(pause, error.to_string()))
            }
            _ => Trouble::Transfer(error),
        },
        DownloadError::Refused(_) | DownloadError::Elsewhere => {
            never("Slack does not hand it over")
        }
    })?;
    if download.is_page() && download.length() != file.size {
        return Err(never("SyncBot may not read files in its workspace"));
    }
    let length = match download.length().or(file.size) {
        None | Some(0) => return Err(never("it is empty")),
        Some(length) if length > FILE_MAX_BYTES => {
            return Err(never("it is larger than Slack takes"));
        }
        Some(length) => length,
    };
    let wanted = GetUploadUrl { filename: file.shown_name(), length };
    let upload = cx
        .call(&delivery.team_id, &tokens.target, &wanted)
        .await
        .map_err(|error| refused(cx, delivery, &error))?;
    client.upload(&upload.upload_url, length, download).await.map_err(Trouble::Transfer)?;
    Ok(Carried::As(upload.file_id))
}

/// What Slack says of a file that the event only named.
async fn describe(
    cx: &JobContext<'_>,
    delivery: &Delivery,
    token: &SecretString,
    file: &File,
) -> Result<File, Trouble> {
    let team = &delivery.source_team_id;
    let described = cx.call(team, token, &Info { file: &file.id }).await;
    described.map(|answer| answer.file.file).map_err(|error| match error.outcome() {
        Outcome::Transient(Some(pause)) => {
            let limited = Scope::method(team, error.method());
            Trouble::Wait(Failure::hold(limited, pause, error.to_string()))
        }
        Outcome::Transient(None) | Outcome::Ambiguous => Trouble::Transfer(error),
        _ => never("Slack does not let SyncBot see it"),
    })
}

/// The target workspace does not take it, or not now.
fn refused(cx: &JobContext<'_>, delivery: &Delivery, error: &CallError) -> Trouble {
    if let Some(why) = reason(error) {
        return Trouble::Final(why);
    }
    let (team, channel) = (&delivery.team_id, &delivery.channel_id);
    let limited = Scope::method(team, error.method());
    Trouble::Wait(refusal::failure(cx, error, team, channel, limited))
}

/// Why the target workspace will never take a file, in words for people; `None`: it may yet.
pub(crate) fn reason(error: &CallError) -> Option<String> {
    if !matches!(error.outcome(), Outcome::Permanent | Outcome::OurMistake) {
        return None;
    }
    Some(match error.code() {
        Some("storage_limit_reached") => {
            "the other workspace has no room left for files".to_owned()
        }
        Some("missing_scope" | "not_allowed_token_type") => {
            "SyncBot may not share files in the other workspace".to_owned()
        }
        Some("blocked_file_type") => {
            "the other workspace does not take files of its type".to_owned()
        }
        Some(code) => format!("the other workspace does not take it ({code})"),
        None => "the other workspace does not take it".to_owned(),
    })
}
