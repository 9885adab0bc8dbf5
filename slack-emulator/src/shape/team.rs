//! The team object. <https://docs.slack.dev/reference/methods/team.info>

use serde_json::{Value, json};

use crate::world::{App, Workspace};

pub(crate) fn team(app: &App, workspace: &Workspace) -> Value {
    let domain = workspace.domain();
    let icon = format!("{}/_emulator/avatar/{}.svg", app.base_url, workspace.id);
    json!({
        "id": workspace.id,
        "name": workspace.name,
        "url": format!("https://{domain}.slack.com/"),
        "domain": domain,
        "email_domain": "",
        "icon": {
            "image_34": icon,
            "image_44": icon,
            "image_68": icon,
            "image_88": icon,
            "image_102": icon,
            "image_132": icon,
            "image_230": icon,
            "image_default": true,
        },
        "avatar_base_url": "https://ca.slack-edge.com/",
        "is_verified": false,
    })
}
