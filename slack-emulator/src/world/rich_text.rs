//! The `rich_text` block that Slack's own clients send along with what a person typed.
//! <https://docs.slack.dev/reference/block-kit/blocks/rich-text-block/>
//!
//! Sections with styles, mentions, links and emoji are made; lists, quotes and code blocks stay
//! text.

use serde_json::{Map, Value, json};

/// The blocks of a message that a person typed.
pub(crate) fn rich_text_blocks(text: &str) -> Value {
    let mut elements = Vec::new();
    parse(text, &Map::new(), &mut elements);
    json!([{
        "type": "rich_text",
        "elements": [{ "type": "rich_text_section", "elements": elements }],
    }])
}

fn parse(mut text: &str, style: &Map<String, Value>, elements: &mut Vec<Value>) {
    let mut plain = String::new();
    let mut previous = None;
    while let Some(first) = text.chars().next() {
        let special = match first {
            '<' => reference(text),
            ':' => emoji(text),
            _ => None,
        };
        if let Some((element, length)) = special {
            flush(&mut plain, style, elements);
            elements.push(styled(element, style));
            text = &text[length..];
            previous = None;
        } else if let Some((name, inner, length)) = styled_span(text, previous) {
            flush(&mut plain, style, elements);
            let mut inner_style = style.clone();
            inner_style.insert(name.to_owned(), json!(true));
            if name == "code" {
                flush(&mut inner.to_owned(), &inner_style, elements);
            } else {
                parse(inner, &inner_style, elements);
            }
            text = &text[length..];
            previous = None;
        } else {
            plain.push(first);
            text = &text[first.len_utf8()..];
            previous = Some(first);
        }
    }
    flush(&mut plain, style, elements);
}

fn flush(plain: &mut String, style: &Map<String, Value>, elements: &mut Vec<Value>) {
    if !plain.is_empty() {
        let text = plain.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&");
        elements.push(styled(json!({ "type": "text", "text": text }), style));
        plain.clear();
    }
}

fn styled(mut element: Value, style: &Map<String, Value>) -> Value {
    if !style.is_empty() {
        element["style"] = Value::Object(style.clone());
    }
    element
}

/// `<@U…>`, `<#C…>`, `<!here>`, `<!subteam^S…>`, `<https://…|label>` and the length of its text.
/// <https://docs.slack.dev/messaging/formatting-message-text/>
fn reference(text: &str) -> Option<(Value, usize)> {
    let end = text.find('>')?;
    let inner = &text[1..end];
    let (target, label) =
        inner.split_once('|').map_or((inner, None), |(target, label)| (target, Some(label)));
    let element = match target.chars().next()? {
        '@' => json!({ "type": "user", "user_id": &target[1..] }),
        '#' => json!({ "type": "channel", "channel_id": &target[1..] }),
        '!' => match &target[1..] {
            range @ ("here" | "channel" | "everyone") => {
                json!({ "type": "broadcast", "range": range })
            }
            other => {
                json!({ "type": "usergroup", "usergroup_id": other.strip_prefix("subteam^")? })
            }
        },
        _ if target.contains(':') => match label {
            Some(label) => json!({ "type": "link", "url": target, "text": label }),
            None => json!({ "type": "link", "url": target }),
        },
        _ => return None,
    };
    Some((element, end + 1))
}

/// `:name:` or `:name::skin-tone-2:` and the length of its text.
fn emoji(text: &str) -> Option<(Value, usize)> {
    let name = name_after_colon(text)?;
    let length = name.len() + 2;
    let tone = name_after_colon(&text[length..]).filter(|tone| tone.starts_with("skin-tone-"));
    let Some(tone) = tone else {
        return Some((json!({ "type": "emoji", "name": name }), length));
    };
    let number = tone.strip_prefix("skin-tone-")?.parse::<u8>().ok()?;
    let element = json!({ "type": "emoji", "name": name, "skin_tone": number });
    Some((element, length + tone.len() + 2))
}

fn name_after_colon(text: &str) -> Option<&str> {
    let name = text.strip_prefix(':')?.split_once(':')?.0;
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "_+-'".contains(c);
    (name.chars().all(fits) && name.chars().any(|c| !c.is_ascii_digit())).then_some(name)
}

/// A span such as `*bold*` that starts here: its style, what is inside, and its whole length.
fn styled_span(text: &str, previous: Option<char>) -> Option<(&'static str, &str, usize)> {
    let mark = text.chars().next()?;
    let name = match mark {
        '*' => "bold",
        '_' => "italic",
        '~' => "strike",
        '`' => "code",
        _ => return None,
    };
    let inner_and_rest = &text[1..];
    let end = inner_and_rest.find([mark, '\n'])?;
    let (inner, rest) = inner_and_rest.split_at(end);
    let after = rest.strip_prefix(mark)?.chars().next();
    let outside = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric());
    let tight = !inner.is_empty() && inner.trim().len() == inner.len();
    (tight && outside(previous) && outside(after)).then_some((name, inner, end + 2))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn elements(text: &str) -> Value {
        rich_text_blocks(text)[0]["elements"][0]["elements"].clone()
    }

    #[test]
    fn a_message_becomes_one_section() {
        assert_eq!(
            elements(
                "hi <@U0ADA>, see <#C0GENERAL|general> & <https://a.example|this> &lt;b&gt; :+1::skin-tone-2:"
            ),
            json!([
                { "type": "text", "text": "hi " },
                { "type": "user", "user_id": "U0ADA" },
                { "type": "text", "text": ", see " },
                { "type": "channel", "channel_id": "C0GENERAL" },
                { "type": "text", "text": " & " },
                { "type": "link", "url": "https://a.example", "text": "this" },
                { "type": "text", "text": " <b> " },
                { "type": "emoji", "name": "+1", "skin_tone": 2 },
            ])
        );
    }

    #[test]
    fn styles_nest_and_code_holds_plain_text() {
        assert_eq!(
            elements("*a _b_* `*c*` 2*3*4 10:30:00"),
            json!([
                { "type": "text", "text": "a ", "style": { "bold": true } },
                { "type": "text", "text": "b", "style": { "bold": true, "italic": true } },
                { "type": "text", "text": " " },
                { "type": "text", "text": "*c*", "style": { "code": true } },
                { "type": "text", "text": " 2*3*4 10:30:00" },
            ])
        );
    }

    #[test]
    fn broadcasts_and_groups_are_told_apart_and_the_rest_stays_text() {
        assert_eq!(
            elements("<!here> <!subteam^S1> <b> <unclosed"),
            json!([
                { "type": "broadcast", "range": "here" },
                { "type": "text", "text": " " },
                { "type": "usergroup", "usergroup_id": "S1" },
                { "type": "text", "text": " <b> <unclosed" },
            ])
        );
    }
}
