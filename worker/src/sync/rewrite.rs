//! What a text says, said so that another workspace understands it: people, channels and groups have other
//! ids there, and nobody there is to be called by somebody who is not.

use std::collections::HashMap;

use shared::ids::{ChannelId, UserId};
use shared::slack::methods::conversations;
use shared::tables::copies::Delivery;
use shared::tables::sync_channels;

use super::author;
use super::mrkdwn::{Piece, escaped, pieces};
use crate::matching::{self, Ask};
use crate::{Failure, JobContext};

/// So many people of one text are asked for; of the others it says that it is somebody.
const MOST_PEOPLE: usize = 50;
/// Slack splits or refuses a text of more than about 4,000 characters. There is room for a link to the rest.
pub(crate) const MOST_CHARS: usize = 3_700;
/// So many channels of one text are asked for.
const MOST_CHANNELS: usize = 20;

/// A channel of the source workspace, as the target workspace may know it.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Channel {
    /// It is in step with this one there.
    Twin(ChannelId),
    /// Everybody in the source workspace may read it.
    Public(String),
    /// Its name is nobody else's business.
    Private,
}

/// What a text mentions.
#[derive(Debug, Default)]
pub(crate) struct Mentioned<'t> {
    /// The workspace that they are of.
    workspace: &'t str,
    people: HashMap<&'t str, String>,
    /// Those who are somebody in the target workspace: who.
    locals: HashMap<&'t str, UserId>,
    channels: HashMap<&'t str, Channel>,
}

/// A text for other readers.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Rewritten {
    /// As much as Slack takes.
    pub(crate) text: String,
    /// It ends early.
    pub(crate) is_cut: bool,
}

/// The text as the target workspace is to read it.
pub(crate) async fn for_target(
    cx: &JobContext<'_>,
    delivery: &Delivery,
    text: &str,
) -> Result<Rewritten, Failure> {
    let mentioned = mentioned(cx, delivery, pieces(text)).await?;
    Ok(mentioned.rewritten(text))
}

/// Everything that is to be known of what pieces mention, whatever they are pieces of.
pub(crate) async fn mentioned<'t>(
    cx: &JobContext<'_>,
    delivery: &'t Delivery,
    pieces: impl Iterator<Item = Piece<'t>> + Send,
) -> Result<Mentioned<'t>, Failure> {
    let mut mentioned =
        Mentioned { workspace: &delivery.source_workspace_name, ..Mentioned::default() };
    for piece in pieces {
        match piece {
            Piece::Person { id } => mentioned.name(cx, delivery, id).await?,
            Piece::Channel { id, .. } => mentioned.ask(cx, delivery, id).await?,
            Piece::Link { url, .. } => {
                if let Some(archive) = Archive::of(url) {
                    mentioned.ask(cx, delivery, archive.channel).await?;
                }
            }
            _ => {}
        }
    }
    Ok(mentioned)
}

impl<'t> Mentioned<'t> {
    /// Asks who somebody is, there or at least here, unless it is known or too many were asked for.
    async fn name(
        &mut self,
        cx: &JobContext<'_>,
        delivery: &Delivery,
        id: &'t str,
    ) -> Result<(), Failure> {
        let Ok(user) = id.parse::<UserId>() else { return Ok(()) };
        let is_known = self.people.contains_key(id) || self.locals.contains_key(id);
        if is_known || self.people.len() + self.locals.len() >= MOST_PEOPLE {
            return Ok(());
        }
        if let Some(local) = matching::elsewhere(cx, delivery, &user, Ask::Directory).await? {
            self.locals.insert(id, local);
        } else {
            let person = author::person(cx, delivery, &user).await?;
            self.people.insert(id, person.name);
        }
        Ok(())
    }

    /// Asks for a channel, if it is not known. What Slack does not tell stays so.
    async fn ask(
        &mut self,
        cx: &JobContext<'_>,
        delivery: &Delivery,
        id: &'t str,
    ) -> Result<(), Failure> {
        let Ok(channel) = id.parse::<ChannelId>() else { return Ok(()) };
        if self.channels.contains_key(id) || self.channels.len() >= MOST_CHANNELS {
            return Ok(());
        }
        let source = &delivery.source_workspace_id;
        let db = &cx.services.db;
        if let Some(twin) =
            sync_channels::twin(db, source, &channel, &delivery.workspace_id).await?
        {
            self.channels.insert(id, Channel::Twin(twin));
            return Ok(());
        }
        let Some(token) = cx.token(source).await? else { return Ok(()) };
        let info = conversations::Info { channel: &channel };
        let channel = match cx.call(&delivery.source_team_id, &token, &info).await {
            Ok(answer) if !answer.channel.is_private => Channel::Public(answer.channel.name),
            // A link with a name less is better than a late message.
            Ok(_) | Err(_) => Channel::Private,
        };
        self.channels.insert(id, channel);
        Ok(())
    }

    /// The whole text, however long it is.
    pub(crate) fn whole(&self, text: &str) -> String {
        pieces(text).map(|piece| self.said(piece)).collect()
    }

    /// The text of a message. Where many names are much longer than their ids, its end is left out.
    fn rewritten(&self, text: &str) -> Rewritten {
        let mut rewritten = Rewritten { text: String::with_capacity(text.len()), is_cut: false };
        let mut chars = 0;
        for piece in pieces(text) {
            let said = self.said(piece);
            chars += said.chars().count();
            if chars > MOST_CHARS {
                rewritten.is_cut = true;
                break;
            }
            rewritten.text.push_str(&said);
        }
        rewritten
    }

    /// A piece as the other workspace is to read it.
    pub(crate) fn said(&self, piece: Piece<'_>) -> String {
        match piece {
            Piece::Words(words) => words.to_owned(),
            Piece::Person { id } if self.locals.contains_key(id) => {
                format!("<@{}>", self.locals[id])
            }
            Piece::Person { id } => {
                self.label(self.people.get(id).map_or("someone", String::as_str))
            }
            Piece::Channel { id, .. } => match self.channels.get(id) {
                Some(Channel::Twin(twin)) => format!("<#{twin}>"),
                Some(Channel::Public(name)) => self.label(&format!("#{name}")),
                Some(Channel::Private) | None => self.label("a channel"),
            },
            // Labels are escaped where they come from.
            Piece::Group { label } => self.label_as_it_is(label.unwrap_or("@group")),
            Piece::Broadcast { to } => format!("`@{to}`"),
            Piece::Special { label } => label.unwrap_or_default().to_owned(),
            Piece::Date { whole, .. } => whole.to_owned(),
            Piece::Link { whole, url, label } => {
                self.link(url, label).unwrap_or_else(|| whole.to_owned())
            }
        }
    }

    /// The address of a channel or message, if something better can be said of it.
    fn link(&self, url: &str, label: Option<&str>) -> Option<String> {
        let archive = Archive::of(url)?;
        match (self.channels.get(archive.channel)?, archive.is_message, label) {
            (Channel::Twin(twin), false, _) => Some(format!("<#{twin}>")),
            (_, _, Some(_)) => None,
            (Channel::Public(name), is_message, None) => {
                let of = if is_message { "message in " } else { "" };
                let words = escaped(&format!("{of}#{name} ({})", self.workspace));
                Some(format!("<{url}|{}>", words.replace('|', "¦")))
            }
            (Channel::Twin(_) | Channel::Private, ..) => {
                let what = if archive.is_message { "a message" } else { "a channel" };
                let words = escaped(&format!("{what} ({})", self.workspace));
                Some(format!("<{url}|{}>", words.replace('|', "¦")))
            }
        }
    }

    /// A name that calls nobody.
    fn label(&self, name: &str) -> String {
        self.label_as_it_is(&escaped(name))
    }

    fn label_as_it_is(&self, name: &str) -> String {
        format!("`{} ({})`", name.replace('`', "'"), escaped(self.workspace).replace('`', "'"))
    }
}

/// The address of a channel, or of a message in it: `https://acme.slack.com/archives/C…/p…`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Archive<'t> {
    channel: &'t str,
    is_message: bool,
}

impl<'t> Archive<'t> {
    fn of(url: &'t str) -> Option<Self> {
        let mut parts = url.strip_prefix("https://")?.split('/');
        let host = parts.next()?;
        let is_ours = host.ends_with(".slack.com") && parts.next()? == "archives";
        let channel = parts.next()?.split('?').next()?;
        let message = parts.next().unwrap_or_default();
        is_ours.then_some(Self { channel, is_message: message.starts_with('p') })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rewritten(text: &str) -> String {
        let mentioned = Mentioned {
            workspace: "Acme & Co",
            people: [("U1", "A`da <3".to_owned())].into(),
            locals: [("U7", "U8".parse().expect("an id"))].into(),
            channels: [
                ("C1", Channel::Public("news".to_owned())),
                ("C2", Channel::Twin("C9".parse().expect("an id"))),
                ("C3", Channel::Private),
            ]
            .into(),
        };
        mentioned.rewritten(text).text
    }

    #[test]
    fn people_are_named_and_not_called() {
        assert_eq!(rewritten("hi <@U1>!"), "hi `A'da &lt;3 (Acme &amp; Co)`!");
        assert_eq!(rewritten("hi <@U7>!"), "hi <@U8>!", "who is somebody here is called");
        assert_eq!(rewritten("<@U2|ben>"), "`someone (Acme &amp; Co)`");
        assert_eq!(rewritten("<!here> <!channel|x> <!group>"), "`@here` `@channel` ");
        assert_eq!(rewritten("<!subteam^S1|@staff>"), "`@staff (Acme &amp; Co)`");
        assert_eq!(rewritten("<!date^1^{date}|today>"), "<!date^1^{date}|today>");
    }

    #[test]
    fn a_text_that_names_make_too_long_ends_early() {
        let mentioned = Mentioned { workspace: "Acme", ..Mentioned::default() };
        let long = mentioned.rewritten(&"<@U1>".repeat(600));
        let chars = long.text.chars().count();
        assert!(long.is_cut && long.text.ends_with("(Acme)`") && chars <= MOST_CHARS, "{chars}");
        assert!(!mentioned.rewritten(&"<@U1>".repeat(60)).is_cut);
    }

    #[test]
    fn channels_are_those_of_the_reader_and_private_ones_have_no_name() {
        assert_eq!(rewritten("<#C2|general>"), "<#C9>");
        assert_eq!(rewritten("<#C1>"), "`#news (Acme &amp; Co)`");
        assert_eq!(rewritten("<#C3|secret-plans>"), "`a channel (Acme &amp; Co)`");
        assert_eq!(rewritten("<#C4|what-slack-does-not-tell>"), "`a channel (Acme &amp; Co)`");
    }

    #[test]
    fn addresses_in_slack_say_where_they_lead() {
        let base = "https://acme.slack.com/archives";
        assert_eq!(rewritten(&format!("<{base}/C2>")), "<#C9>");
        let message = format!("{base}/C1/p1700000000000100?thread_ts=1");
        let expected = format!("<{message}|message in #news (Acme &amp; Co)>");
        assert_eq!(rewritten(&format!("<{message}>")), expected);
        let private = format!("{base}/C3/p1");
        assert_eq!(
            rewritten(&format!("<{private}>")),
            format!("<{private}|a message (Acme &amp; Co)>")
        );
        for as_it_is in [
            format!("<{message}|here>"),
            format!("<{base}/C4/p1>"),
            "<https://example.org/archives/C2>".to_owned(),
            "<https://example.org|words>".to_owned(),
            "<mailto:ada@example.org|ada@example.org>".to_owned(),
        ] {
            assert_eq!(rewritten(&as_it_is), as_it_is);
        }
    }
}
