//! Who may change how a workspace takes part. It is asked of Slack each time, so nobody who lost a role keeps what it
//! allowed.

use secrecy::SecretString;
use shared::ids::{TeamId, UserId};
use shared::queue::Scope;
use shared::slack::Outcome;
use shared::slack::methods::users::{Info, Member};

use crate::sync::refusal;
use crate::{Failure, JobContext};

/// What somebody is to a workspace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// May change how it takes part.
    Manager,
    /// May not.
    Member,
    /// Belongs elsewhere, or is unknown there: is shown nothing of it.
    Stranger,
}

/// What somebody is to a workspace. Whomever Slack does not show is nothing to it.
pub(crate) async fn of(
    cx: &JobContext<'_>,
    team: &TeamId,
    token: &SecretString,
    user: &UserId,
) -> Result<Role, Failure> {
    match cx.call(team, token, &Info { user }).await {
        Ok(found) => Ok(role(&found.user, team, cx.services.require_admin)),
        // Without `users:read`, everybody looks on.
        Err(error) if error.code() == Some("missing_scope") => Ok(Role::Member),
        Err(error) => match error.outcome() {
            Outcome::Transient(_) | Outcome::Ambiguous | Outcome::HoldWorkspace => {
                let limited = Scope::method(team, error.method());
                Err(refusal::failure_of_call(cx, &error, team, limited))
            }
            _ => {
                tracing::info!(%team, %error, "Slack does not say what somebody is to the workspace");
                Ok(Role::Stranger)
            }
        },
    }
}

fn role(member: &Member, team: &TeamId, require_admin: bool) -> Role {
    if member.team_id.as_ref() != Some(team) || member.is_bot || member.deleted {
        Role::Stranger
    } else if !require_admin || member.is_admin || member.is_owner {
        Role::Manager
    } else {
        Role::Member
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn member(more: &Value) -> Member {
        let mut member = json!({ "id": "U1", "team_id": "T1" });
        let fields = member.as_object_mut().expect("an object");
        fields.extend(more.as_object().cloned().expect("an object"));
        serde_json::from_value(member).expect("a member")
    }

    #[test]
    fn only_who_belongs_to_the_workspace_manages_it() {
        let team = "T1".parse().expect("an id");
        for (more, by_default, for_all) in [
            (json!({}), Role::Member, Role::Manager),
            (json!({ "is_admin": true }), Role::Manager, Role::Manager),
            (json!({ "is_owner": true }), Role::Manager, Role::Manager),
            (json!({ "is_owner": true, "deleted": true }), Role::Stranger, Role::Stranger),
            (json!({ "is_admin": true, "is_bot": true }), Role::Stranger, Role::Stranger),
            (json!({ "is_admin": true, "team_id": "T2" }), Role::Stranger, Role::Stranger),
            (json!({ "is_admin": true, "team_id": null }), Role::Stranger, Role::Stranger),
        ] {
            let member = member(&more);
            let is = (role(&member, &team, true), role(&member, &team, false));
            assert_eq!(is, (by_default, for_all), "{more}");
        }
    }
}
