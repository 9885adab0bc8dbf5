//! The page as HTML. What is not its own is escaped, everywhere.

use url::Url;

use super::request::{ARGUMENTS, AuthorizeError, AuthorizeRequest};
use crate::world::{App, User, Workspace};

/// The page that asks; `client_id` is the one argument that the request does not keep.
pub(super) fn question<'a>(
    app: &App,
    workspaces: impl Iterator<Item = &'a Workspace>,
    request: &AuthorizeRequest,
    client_id: &str,
) -> String {
    let name = escape(&app.name);
    let groups: Vec<_> = workspaces.map(|workspace| group(workspace, request)).collect();
    let groups = groups.concat();
    let body = format!(
        "<h1>{name} asks for access</h1>\
         <form method=\"post\">{hidden}\
         <label>Workspace and person \
         <select name=\"person\" required data-testid=\"oauth-person\">{groups}</select></label>\
         {bot}{user}\
         <p class=\"actions\">\
         <button name=\"decision\" value=\"deny\" data-testid=\"oauth-deny\">Deny</button>\
         <button name=\"decision\" value=\"allow\" data-testid=\"oauth-allow\">Allow</button></p>\
         </form>",
        hidden = hidden(request, client_id),
        bot = scopes(&format!("What {name} may do"), &request.scopes),
        user = scopes(&format!("What {name} may do in your name"), &request.user_scopes),
    );
    document(&format!("{name} asks for access"), &body)
}

/// The page that says what is wrong, in the words that Slack's page was seen to have.
pub(super) fn error(error: &AuthorizeError) -> String {
    let body = format!(
        "<h1>Something's gone wrong while authorising this app.</h1>\
         <p>Try going back and authorising again.</p>\
         <h2>Error details</h2>\
         <p><code data-testid=\"oauth-error\">{}</code></p><p>{}</p>",
        error.code(),
        escape(&error.to_string()),
    );
    document("Something's gone wrong", &body)
}

/// The people of a workspace. Of the one that the app has in mind the first is chosen.
fn group(workspace: &Workspace, request: &AuthorizeRequest) -> String {
    let is_meant = request.team.as_deref() == Some(&*workspace.id);
    let people = workspace.people().enumerate();
    let people = people.map(|(at, user)| person(workspace, user, is_meant && at == 0));
    let (people, name) = (people.collect::<Vec<_>>().concat(), escape(&workspace.name));
    format!("<optgroup label=\"{name}\">{people}</optgroup>")
}

fn person(workspace: &Workspace, user: &User, is_chosen: bool) -> String {
    let selected = if is_chosen { " selected" } else { "" };
    let value = format!("{}/{}", workspace.id, user.id);
    let text = format!("{}, {}", user.shown_name(), workspace.name);
    let (value, text) = (escape(&value), escape(&text));
    format!("<option value=\"{value}\"{selected}>{text}</option>")
}

fn scopes(heading: &str, scopes: &[String]) -> String {
    if scopes.is_empty() {
        return String::new();
    }
    let items = scopes.iter().map(|scope| format!("<li>{}</li>", escape(scope)));
    format!("<h2>{heading}</h2><ul>{}</ul>", items.collect::<Vec<_>>().concat())
}

/// What was asked for, once more, for whoever reads the form.
fn hidden(request: &AuthorizeRequest, client_id: &str) -> String {
    let (scope, user_scope) = (request.scopes.join(","), request.user_scopes.join(","));
    let values = [
        client_id,
        &scope,
        &user_scope,
        &request.state,
        request.redirect_uri.as_deref().unwrap_or_default(),
        request.team.as_deref().unwrap_or_default(),
    ];
    let input = |(name, value): (&str, &str)| {
        format!("<input type=\"hidden\" name=\"{name}\" value=\"{}\">", escape(value))
    };
    ARGUMENTS.into_iter().zip(values).map(input).collect::<Vec<_>>().concat()
}

fn document(title: &str, body: &str) -> String {
    format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <meta name=\"color-scheme\" content=\"light dark\"><title>{title}</title>\
         <link rel=\"icon\" href=\"/page/icon.svg\" type=\"image/svg+xml\">\
         <link rel=\"stylesheet\" href=\"/page/style.css\">\
         <link rel=\"stylesheet\" href=\"/page/oauth.css\"></head>\
         <body><main class=\"card\">{body}</main></body></html>"
    )
}

fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            c => escaped.push(c),
        }
    }
    escaped
}

/// What the browser is to hold the page to. A form's answer may send it on, and browsers look at
/// that, too.
pub(super) fn policy(target: Option<&Url>) -> String {
    let onward = target.map(|url| url.origin().ascii_serialization()).unwrap_or_default();
    format!(
        "default-src 'self'; base-uri 'none'; form-action 'self' {onward}; \
         frame-ancestors 'none'; object-src 'none'"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_never_markup() {
        assert_eq!(escape("<a href=\"x\">&'"), "&lt;a href=&quot;x&quot;&gt;&amp;&#39;");
    }

    #[test]
    fn the_browser_may_go_on_to_the_app_alone() {
        let target = Url::parse("http://127.0.0.1:3000/slack/callback").unwrap();
        let policy = policy(Some(&target));
        assert!(policy.contains("form-action 'self' http://127.0.0.1:3000;"), "{policy}");
    }
}
