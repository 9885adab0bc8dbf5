//! `views.*`

use serde::Serialize;

use super::Nothing;
use crate::ids::UserId;
use crate::slack::client::Method;
use crate::slack::tier::Tier;

/// Shows somebody something on the app's Home tab (docs.slack.dev/reference/methods/views.publish).
#[derive(Debug, Clone, Serialize)]
pub struct Publish<'a> {
    /// Who sees it.
    pub user_id: &'a UserId,
    /// JSON: a view of type `home`, of 100 blocks at most.
    pub view: &'a str,
}

impl Method for Publish<'_> {
    const NAME: &'static str = "views.publish";
    const TIER: Tier = Tier::Four;
    type Answer = Nothing;
}
