//! The conversation object. <https://docs.slack.dev/reference/objects/conversation-object/>

use serde_json::{Value, json};

use crate::ids::UserId;
use crate::world::{Channel, Workspace};

/// A channel as one of its workspace's users sees it.
pub(crate) fn channel(workspace: &Workspace, channel: &Channel, user: &UserId) -> Value {
    let blank = json!({ "value": "", "creator": "", "last_set": 0 });
    json!({
        "id": channel.id,
        "name": channel.name,
        "name_normalized": channel.name,
        // Private channels are "channels" with `is_private`; only those from before 2021 are
        // "groups".
        "is_channel": true,
        "is_group": false,
        "is_im": false,
        "is_mpim": false,
        "is_private": channel.is_private,
        "created": channel.created,
        "updated": channel.created * 1000,
        "creator": channel.members.first(),
        "is_archived": channel.is_archived,
        "is_general": channel.name == "general",
        "is_member": channel.members.contains(user),
        "is_shared": false,
        "is_ext_shared": false,
        "is_org_shared": false,
        "is_pending_ext_shared": false,
        "is_frozen": false,
        "unlinked": 0,
        "pending_shared": [],
        "pending_connected_team_ids": [],
        "shared_team_ids": [workspace.id],
        "context_team_id": workspace.id,
        "parent_conversation": null,
        "previous_names": [],
        "topic": blank,
        "purpose": blank,
    })
}
