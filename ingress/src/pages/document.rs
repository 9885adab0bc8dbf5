//! How a page looks. What is not its own is escaped, everywhere.

use std::fmt::Write as _;

use super::words::Page;

/// Asks how far it is, and shows the page anew when that is something else than what it shows. Without script, the
/// page comes anew every few seconds.
pub(super) const SCRIPT: &str = "\
(function () {
  var shown = document.documentElement.getAttribute('data-state');
  var looks = 0;
  function again() {
    looks += 1;
    setTimeout(look, looks < 60 ? 1000 : 5000);
  }
  function look() {
    fetch(location.pathname + '/status', { credentials: 'same-origin', cache: 'no-store' })
      .then(function (answer) {
        if (answer.status >= 500) { return shown; }
        return answer.ok ? answer.text() : 'gone';
      })
      .then(function (state) {
        if (state === shown) { again(); } else { location.reload(); }
      })
      .catch(again);
  }
  again();
})();
";

pub(super) const STYLE: &str = "\
:root { color-scheme: light dark; --ink: #1d1c1d; --soft: #616061; --paper: #f5f4f5; --card: #fff; --line: #dddcdd;
  --calm: #1264a3; --good: #007a5a; --bad: #b5382a; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e8e8e8; --soft: #ababad; --paper: #1a1d21; --card: #222529; --line: #35373b;
    --calm: #4aa3df; --good: #2eb886; --bad: #f0705f; }
}
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; display: flex; align-items: center; justify-content: center; padding: 1.5rem;
  background: var(--paper); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif; }
main { width: 34rem; max-width: 100%; padding: 2rem 2.25rem; background: var(--card); border: 1px solid var(--line);
  border-top: 4px solid var(--calm); border-radius: 10px; }
.good main { border-top-color: var(--good); }
.bad main { border-top-color: var(--bad); }
h1 { margin: 0 0 .75rem; font-size: 1.5rem; line-height: 1.25; overflow-wrap: anywhere; }
p { margin: 0 0 .75rem; overflow-wrap: anywhere; }
ul { margin: 0 0 .75rem; padding-left: 1.25rem; }
.brand { color: var(--soft); font-size: .875rem; margin-bottom: 1.25rem; }
.spin { display: inline-block; width: 1.1em; height: 1.1em; margin-right: .5em; vertical-align: -.15em; border-radius: 50%;
  border: 3px solid var(--line); border-top-color: var(--calm); animation: turn 1s linear infinite; }
@keyframes turn { to { transform: rotate(360deg); } }
@media (prefers-reduced-motion: reduce) { .spin { animation: none; } }
a.button { display: inline-block; margin-top: .5rem; padding: .5rem 1rem; border-radius: 6px; background: #1264a3;
  color: #fff; text-decoration: none; font-weight: 600; }
a { color: var(--calm); }
";

/// The page as HTML; `install_url`: where an installation begins.
pub(super) fn render(page: &Page, install_url: Option<&str>) -> String {
    let Page { state, title, paragraphs, list, is_waiting, way_on, .. } = page;
    let title = escape(title);
    let mut body = String::new();
    if *is_waiting {
        body.push_str("<h1 role=\"status\"><span class=\"spin\" aria-hidden=\"true\"></span>");
    } else {
        body.push_str("<h1>");
    }
    let _ = write!(body, "{title}</h1>");
    for paragraph in paragraphs {
        let _ = write!(body, "<p>{}</p>", escape(paragraph));
    }
    if let Some((head, items)) = list {
        let _ = write!(body, "<p>{}</p><ul>", escape(head));
        for item in items {
            let _ = write!(body, "<li>{}</li>", escape(item));
        }
        body.push_str("</ul>");
    }
    if let (Some(words), Some(url)) = (way_on.label(), install_url) {
        let _ = write!(body, "<a class=\"button\" href=\"{}\">{}</a>", escape(url), escape(words));
    }
    if let Some(url) = way_on.attempt() {
        let _ = write!(body, "<p><a href=\"{}\">See how it went</a></p>", escape(url));
    }
    let (refresh, script) = if *is_waiting {
        (
            "<noscript><meta http-equiv=\"refresh\" content=\"3\"></noscript>",
            format!("<script>{SCRIPT}</script>"),
        )
    } else {
        ("", String::new())
    };
    let (state, mood) = (escape(state), page.mood());
    format!(
        "<!doctype html><html lang=\"en\" class=\"{mood}\" data-state=\"{state}\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <meta name=\"robots\" content=\"noindex\">{refresh}<title>{title}</title><style>{STYLE}</style></head>\
         <body><main><p class=\"brand\">SyncBot</p>{body}</main>{script}</body></html>"
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_never_markup() {
        assert_eq!(escape("<a href=\"x\">&'"), "&lt;a href=&quot;x&quot;&gt;&amp;&#39;");
    }
}
