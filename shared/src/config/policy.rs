//! What people are allowed to do on this instance, and who it is to the outside world.

use url::Url;

use super::problems::Problem;
use super::reader::Reader;
use crate::ids::TeamId;

/// Rules of this instance, in force unless a setting in the database says otherwise.
#[derive(Debug, Clone)]
pub struct PolicyConfig {
    /// Only admins and owners configure.
    pub require_admin: bool,
    /// The workspace whose admins may back up, restore and reset.
    pub primary_workspace: Option<TeamId>,
    /// Whether they may reset the database.
    pub database_reset: bool,
    /// Days until an uninstalled workspace is removed for good; unused by ingress.
    pub retention_days: Option<u32>,
    /// Where the outside world reaches this instance; always present in production.
    pub public_url: Option<Url>,
    /// The name that peers know, when the operator chose one.
    pub instance_id: Option<String>,
}

impl PolicyConfig {
    pub(super) fn read(reader: &mut Reader) -> Self {
        let admin = reader.text("REQUIRE_ADMIN").unwrap_or_default();
        let require_admin = admin.eq_ignore_ascii_case("true");
        if !require_admin && !admin.eq_ignore_ascii_case("false") {
            reader.warn(
                "REQUIRE_ADMIN is neither `true` nor `false`: every member may configure SyncBot"
                    .to_owned(),
            );
        }
        let primary_workspace = reader.parsed("PRIMARY_WORKSPACE", |text| text.parse().ok());
        let database_reset = reader.flag("ENABLE_DB_RESET", &["true", "1", "yes"]);
        if reader.flag("SYNCBOT_FEDERATION_ENABLED", &["true"]) {
            let why =
                "this version of SyncBot has no federation yet; remove it or set it to `false`";
            reader.problem(Problem::invalid("SYNCBOT_FEDERATION_ENABLED", why));
        }
        let instance_id = reader
            .parsed("SYNCBOT_INSTANCE_ID", |text| is_instance_id(text).then(|| text.to_owned()));
        let retention_days = reader.retention_days();
        let local = reader.is_local();
        let public_url = reader.parsed("SYNCBOT_PUBLIC_URL", |text| origin(text, local));
        Self {
            require_admin,
            primary_workspace,
            database_reset,
            retention_days,
            public_url,
            instance_id,
        }
    }
}

impl Reader {
    pub(super) fn retention_days(&mut self) -> Option<u32> {
        const NAME: &str = "SOFT_DELETE_RETENTION_DAYS";
        if !self.uses(NAME) {
            return None;
        }
        self.parsed(NAME, |text| text.parse().ok().filter(|days| (1..=3650).contains(days)))
    }
}

fn is_instance_id(text: &str) -> bool {
    text.len() <= 64 && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

/// An absolute address without path, query or credentials; `https` unless on a developer's machine.
fn origin(text: &str, local: bool) -> Option<Url> {
    let url = Url::parse(text).ok()?;
    let scheme = url.scheme() == "https" || (local && url.scheme() == "http");
    let bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
    (scheme && bare && url.username().is_empty() && url.has_host()).then_some(url)
}
