//! Who takes part: each workspace has somebody of its own, and Ida, who is in all three.

use testkit::{ACME, BIRCH, CEDAR, Side, TestApp};

pub(crate) const SIDES: [Side; 3] = [ACME, BIRCH, CEDAR];

/// What Ida is called in each workspace. Somebody has said that she is one and the same.
const IDA: [(&str, &str); 3] =
    [("U0IDA", "Ida Rhodes"), ("U0RHODES", "Ida R."), ("U0IRH", "Ida of the National Bureau")];
/// Where she lets SyncBot speak in her own name.
const SPEAKS: usize = 1;

/// Somebody of a workspace.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Person {
    pub(crate) side: usize,
    pub(crate) is_ida: bool,
}

/// How somebody is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Face {
    pub(crate) name: String,
    /// Whose picture it is.
    pub(crate) picture: String,
}

impl Person {
    pub(crate) fn id(self) -> &'static str {
        if self.is_ida { IDA[self.side].0 } else { SIDES[self.side].person }
    }

    fn name(self) -> &'static str {
        if self.is_ida { IDA[self.side].1 } else { SIDES[self.side].person_name }
    }

    /// How they are shown in a workspace: as themselves where they are known.
    pub(crate) fn face(self, at: usize) -> Face {
        let local = Self { side: at, ..self };
        if at == self.side || self.is_ida {
            let picture = format!("{}/{}", SIDES[at].team, local.id());
            return Face { name: local.name().to_owned(), picture };
        }
        let home = SIDES[self.side];
        let picture = format!("{}/{}", home.team, self.id());
        Face { name: format!("{} ({})", self.name(), home.name), picture }
    }

    /// Who says in a workspace what they say, if it is a person.
    pub(crate) fn voice(self, at: usize) -> Option<&'static str> {
        let is_own = at == self.side || self.is_ida && at == SPEAKS;
        is_own.then(|| Self { side: at, ..self }.id())
    }
}

/// Everybody comes to Slack, and Ida is introduced.
pub(crate) async fn enter(app: &TestApp) {
    app.admit(CEDAR).await;
    for (side, (id, name)) in SIDES.into_iter().zip(IDA) {
        app.slack.workspace(side.team).user(id, name);
    }
    for from in 0..SIDES.len() {
        for to in (0..SIDES.len()).filter(|to| *to != from) {
            app.map(SIDES[from], IDA[from].0, SIDES[to], Some(IDA[to].0)).await;
        }
    }
    app.authorize(SIDES[SPEAKS], IDA[SPEAKS].0).await;
}
