//! A user of one workspace.

use crate::ids::UserId;

/// A user of one workspace: a person, or a bot.
///
/// ```
/// use slack_emulator::User;
///
/// let ada = User::new("U0ADA", "Ada Lovelace").display_name("ada").admin();
/// assert_eq!(ada.shown_name(), "ada");
/// ```
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is one of Slack's own")]
pub struct User {
    /// The id, such as `U0ADA`.
    pub id: UserId,
    /// The handle, such as `ada.lovelace`.
    pub name: String,
    /// The full name.
    pub real_name: String,
    /// The name that the user chose to be shown by; may be empty, then the full name is shown.
    pub display_name: String,
    /// The e-mail address, shown to apps with the scope `users:read.email`.
    pub email: Option<String>,
    /// Where the picture is; without one the emulator draws initials.
    pub avatar: Option<String>,
    /// Whether the user manages the workspace.
    pub is_admin: bool,
    /// Whether the workspace is the user's own. Whoever owns it manages it.
    pub is_owner: bool,
    /// Whether the user is a bot.
    pub is_bot: bool,
    /// Whether the account is deactivated.
    pub deleted: bool,
    /// The time zone's name, such as `Europe/Amsterdam`.
    pub tz: String,
    /// The time zone's seconds east of Greenwich.
    pub tz_offset: i32,
}

impl User {
    /// A person who is shown by the full name.
    pub fn new(id: &str, real_name: &str) -> Self {
        Self {
            id: id.into(),
            name: real_name.to_lowercase().split_whitespace().collect::<Vec<_>>().join("."),
            real_name: real_name.to_owned(),
            display_name: real_name.to_owned(),
            email: None,
            avatar: None,
            is_admin: false,
            is_owner: false,
            is_bot: false,
            deleted: false,
            tz: "Etc/UTC".to_owned(),
            tz_offset: 0,
        }
    }

    /// Sets the handle.
    #[must_use]
    pub fn handle(mut self, name: &str) -> Self {
        name.clone_into(&mut self.name);
        self
    }

    /// Sets the name that the user chose to be shown by.
    #[must_use]
    pub fn display_name(mut self, name: &str) -> Self {
        name.clone_into(&mut self.display_name);
        self
    }

    /// Sets the e-mail address.
    #[must_use]
    pub fn email(mut self, address: &str) -> Self {
        self.email = Some(address.to_owned());
        self
    }

    /// Sets where the picture is.
    #[must_use]
    pub fn avatar(mut self, url: &str) -> Self {
        self.avatar = Some(url.to_owned());
        self
    }

    /// Makes the user manage the workspace.
    #[must_use]
    pub fn admin(mut self) -> Self {
        self.is_admin = true;
        self
    }

    /// Makes the workspace the user's own.
    #[must_use]
    pub fn owner(mut self) -> Self {
        self.is_owner = true;
        self.admin()
    }

    /// Makes the user a bot, of some other app.
    #[must_use]
    pub fn bot(mut self) -> Self {
        self.is_bot = true;
        self
    }

    /// Deactivates the account.
    #[must_use]
    pub fn deleted(mut self) -> Self {
        self.deleted = true;
        self
    }

    /// Sets the time zone by its name and its seconds east of Greenwich.
    #[must_use]
    pub fn time_zone(mut self, name: &str, offset_seconds: i32) -> Self {
        name.clone_into(&mut self.tz);
        self.tz_offset = offset_seconds;
        self
    }

    /// The name that Slack shows beside the user's messages.
    pub fn shown_name(&self) -> &str {
        if self.display_name.is_empty() { &self.real_name } else { &self.display_name }
    }
}
