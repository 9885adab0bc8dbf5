//! The order in which what is said in one channel appears in another (docs/ARCHITECTURE.md, "The queue"):
//! in that of its time, among what was committed before the later one is routed. What Slack hands over later
//! is appended.

use anyhow::ensure;

use crate::board::{Board, key};
use crate::deed::Doings;
use crate::script::Manner;

/// What is known from outside of when an event was stored and routed.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Moment {
    /// Counts the times at which Slack had told everything: what was said before one was stored by then.
    pub(crate) era: usize,
    /// Everything of the same absence was stored before any of it was routed.
    pub(crate) absence: Option<usize>,
    /// Slack never told of it.
    pub(crate) is_lost: bool,
    /// It answers a message of another workspace, whose copy may just have been made: then it waits until
    /// that is stored, and stands in nobody's way meanwhile.
    pub(crate) may_wait: bool,
}

/// What is known of the order in which Slack told of what was said.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rules {
    /// It told of each thing only when the one before was stored.
    pub(crate) is_kept: bool,
    /// Nothing went wrong: even files, which hold nobody up for long, keep their places.
    pub(crate) is_calm: bool,
}

impl Rules {
    /// Whether one message of a channel has to stand before a later one of it, wherever both appear.
    fn must_precede(self, doings: &Doings, moments: &[Moment], one: usize, later: usize) -> bool {
        let (first, second) = (moments[one], moments[later]);
        let is_stored_first = self.is_kept
            || first.era < second.era
            || first.absence.is_some() && first.absence == second.absence;
        is_stored_first && !self.may_be_late(doings, moments, one)
    }

    /// Whether others may overtake a message: it is found later, waits beside its lane, or goes on in one of
    /// its own.
    fn may_be_late(self, doings: &Doings, moments: &[Moment], message: usize) -> bool {
        let said = &doings.said[message];
        moments[message].is_lost
            || moments[message].may_wait
            || !self.is_calm && said.manner == Manner::FileAlone
            || said.root.is_some_and(|root| self.may_be_late(doings, moments, root))
    }

    /// Checks what one channel shows.
    pub(crate) fn check(
        self,
        doings: &Doings,
        moments: &[Moment],
        board: &Board,
        side: usize,
    ) -> anyhow::Result<()> {
        for (later, second) in doings.said.iter().enumerate().filter(|(_, s)| s.side() != side) {
            for one in (0..later).filter(|one| doings.said[*one].side() == second.side()) {
                let (Some(first), Some(second)) = (board.ts(one), board.ts(later)) else {
                    continue;
                };
                ensure!(
                    first < second || !self.must_precede(doings, moments, one, later),
                    "`{}` stands behind `{}`, which was said later",
                    key(one),
                    key(later)
                );
            }
        }
        for message in 0..doings.said.len() {
            let parts = board.parts(message);
            let is_in_order = parts.windows(2).all(|pair| pair[0].ts < pair[1].ts);
            ensure!(is_in_order, "the parts of `{}` stand in no order", key(message));
        }
        Ok(())
    }
}
