//! The reactions to one message.
//! <https://docs.slack.dev/reference/methods/reactions.get>

use crate::ids::UserId;

/// One emoji under a message, with those who reacted with it, in that order.
#[derive(Clone, Debug)]
pub(crate) struct Reaction {
    /// The emoji's name, with a skin tone if one was chosen: `wave::skin-tone-3`.
    pub(crate) name: String,
    pub(crate) users: Vec<UserId>,
}

/// The emoji under a message, the first one first.
#[derive(Clone, Debug, Default)]
pub(crate) struct Reactions(Vec<Reaction>);

impl Reactions {
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Reaction> {
        self.0.iter()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many different emoji there are.
    pub(crate) fn emoji(&self) -> usize {
        self.0.len()
    }

    /// With how many different emoji a user reacted.
    pub(crate) fn of(&self, user: &UserId) -> usize {
        self.0.iter().filter(|reaction| reaction.users.contains(user)).count()
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.0.iter().any(|reaction| reaction.name == name)
    }

    pub(crate) fn has_of(&self, user: &UserId, name: &str) -> bool {
        self.0.iter().any(|reaction| reaction.name == name && reaction.users.contains(user))
    }

    /// Returns whether the user had not reacted with this emoji already.
    pub(crate) fn add(&mut self, user: &UserId, name: &str) -> bool {
        match self.0.iter_mut().find(|reaction| reaction.name == name) {
            Some(reaction) if reaction.users.contains(user) => return false,
            Some(reaction) => reaction.users.push(user.clone()),
            None => self.0.push(Reaction { name: name.to_owned(), users: vec![user.clone()] }),
        }
        true
    }

    /// Returns whether the user had reacted with this emoji.
    pub(crate) fn remove(&mut self, user: &UserId, name: &str) -> bool {
        let Some(at) = self.0.iter().position(|reaction| reaction.name == name) else {
            return false;
        };
        let users = &mut self.0[at].users;
        let before = users.len();
        users.retain(|other| other != user);
        let was_there = users.len() < before;
        if users.is_empty() {
            self.0.remove(at);
        }
        was_there
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_user_counts_once_for_each_emoji() {
        let (ada, ben) = (UserId::from("U0ADA"), UserId::from("U0BEN"));
        let mut reactions = Reactions::default();
        assert!(reactions.add(&ada, "wave") && reactions.add(&ben, "wave"));
        assert!(!reactions.add(&ada, "wave"));
        assert!(reactions.add(&ada, "wave::skin-tone-3"));
        assert_eq!((reactions.emoji(), reactions.of(&ada), reactions.of(&ben)), (2, 2, 1));
        assert!(reactions.remove(&ada, "wave::skin-tone-3"));
        assert!(!reactions.remove(&ada, "wave::skin-tone-3") && !reactions.remove(&ada, "tada"));
        let left: Vec<_> = reactions.iter().map(|reaction| reaction.name.as_str()).collect();
        assert_eq!(left, ["wave"]);
    }
}
