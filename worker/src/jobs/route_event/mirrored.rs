//! Loops with apps that mirror channels: what such an app repeats is not copied again.
//!
//! A bridge finds our copy, says it in another channel, where we find it and copy it to the first, and so on.
//! Each of the two leaves out what it wrote itself, and nothing else.

use shared::echo::{Repetition, Spoken};
use shared::ids::SlackTs;
use shared::tables::lately::{self, Lately};
use shared::tables::posts::Author;

use super::Routing;
use crate::Failure;
use crate::context::FencedTx;
use crate::sync::action::Create;

/// How far back something counts as being repeated, in microseconds: longer than an app takes to mirror it.
const LATELY: i64 = 10 * 60 * 1_000_000;
/// So many messages are compared.
const MOST: i64 = 200;
/// How often an app may say the same in that time, of its own accord. Alarms do; loops do not end.
const OWN: usize = 5;

impl Routing<'_> {
    /// Whether another app repeats what stands in the channel already.
    pub(super) async fn is_mirrored(
        &self,
        tx: &mut FencedTx,
        create: &Create,
    ) -> Result<bool, Failure> {
        let Some(spoken) = Spoken::read(&create.body.text).filter(|_| create.is_of_app) else {
            return Ok(false);
        };
        let from = SlackTs::at((create.ts.micros() - LATELY).max(0));
        let (workspace, channel) = (&self.source.id, &self.channel);
        let said = lately::in_channel(tx, workspace, channel, &from, &create.ts, MOST).await?;
        Ok(is_mirrored(&create.author, &spoken, &said))
    }
}

fn is_mirrored(author: &Author, spoken: &Spoken<'_>, said: &[Lately]) -> bool {
    let mut times = 0;
    for said in said {
        let Some(repetition) = spoken.repeats(&said.echo) else { continue };
        times += 1;
        let is_of_others = said.is_copy || !is_same(&said.author, author);
        if times >= OWN || is_of_others && repetition == Repetition::Words {
            return true;
        }
    }
    false
}

/// Apps may say each thing under another name.
fn is_same(one: &Author, other: &Author) -> bool {
    match (one, other) {
        (Author::Bot { bot: Some(one), .. }, Author::Bot { bot: Some(other), .. }) => one == other,
        _ => one == other,
    }
}

#[cfg(test)]
mod tests {
    use shared::echo;

    use super::*;

    fn is_mirrored(author: &Author, text: &str, said: &[Lately]) -> bool {
        super::is_mirrored(author, &Spoken::read(text).expect("letters"), said)
    }

    fn bot(id: &str, name: &str) -> Author {
        let (bot, name) = (Some(id.parse().expect("an id")), Some(name.to_owned()));
        Author::Bot { bot, name, avatar_url: None }
    }

    fn said(author: &Author, text: &str, is_copy: bool) -> Lately {
        Lately { echo: echo::of(text).expect("letters"), author: author.clone(), is_copy }
    }

    #[test]
    fn only_words_of_others_and_endless_repetition_are_mirrored() {
        let (bridge, ada) =
            (bot("B1", "Ada"), Author::Person { user: "U1".parse().expect("an id") });
        let words = "who brings the cake?";
        assert!(is_mirrored(&bridge, words, &[said(&ada, words, false)]));
        assert!(is_mirrored(&bridge, words, &[said(&bridge, words, true)]), "a copy is ours");
        assert!(!is_mirrored(&bridge, "ok", &[said(&ada, "ok", false)]), "by chance");
        let own = |times| vec![said(&bot("B1", "another name"), words, false); times];
        assert!(!is_mirrored(&bridge, words, &own(4)));
        assert!(is_mirrored(&bridge, words, &own(5)));
        assert!(is_mirrored(&bridge, "ok", &vec![said(&ada, "ok", false); 5]));
        assert!(!is_mirrored(&bridge, words, &[]));
    }
}
