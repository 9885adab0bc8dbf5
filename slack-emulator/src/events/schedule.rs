//! When something is due: real time plus what was advanced by hand.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::time::Duration;

use crate::time::Stopwatch;

/// Things that wait for their time, the earliest first; of one time, the first put in.
pub(crate) struct Schedule<T> {
    clock: Stopwatch,
    waiting: BinaryHeap<Reverse<Entry<T>>>,
    entries_so_far: u64,
}

struct Entry<T> {
    due: Duration,
    number: u64,
    thing: T,
}

impl<T> Entry<T> {
    fn key(&self) -> (Duration, u64) {
        (self.due, self.number)
    }
}

impl<T> PartialEq for Entry<T> {
    fn eq(&self, other: &Self) -> bool {
        self.key() == other.key()
    }
}

impl<T> Eq for Entry<T> {}

impl<T> PartialOrd for Entry<T> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl<T> Ord for Entry<T> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.key().cmp(&other.key())
    }
}

impl<T> Schedule<T> {
    pub(crate) fn new() -> Self {
        Self { clock: Stopwatch::start(), waiting: BinaryHeap::new(), entries_so_far: 0 }
    }

    /// Makes everything due that much earlier.
    pub(crate) fn advance(&mut self, by: Duration) {
        self.clock.advance(by);
    }

    pub(crate) fn put(&mut self, after: Duration, thing: T) {
        self.entries_so_far += 1;
        let entry = Entry { due: self.clock.now() + after, number: self.entries_so_far, thing };
        self.waiting.push(Reverse(entry));
    }

    /// Takes what is due, and says how long the next thing has to wait.
    pub(crate) fn take_due(&mut self) -> (Vec<T>, Option<Duration>) {
        let now = self.clock.now();
        let mut due = Vec::new();
        while let Some(Reverse(next)) = self.waiting.peek() {
            if next.due > now {
                return (due, Some(next.due.saturating_sub(now)));
            }
            due.extend(self.waiting.pop().map(|Reverse(entry)| entry.thing));
        }
        (due, None)
    }

    /// What waits and for how long, in no particular order.
    pub(crate) fn waiting(&self) -> impl Iterator<Item = (Duration, &T)> {
        let now = self.clock.now();
        self.waiting.iter().map(move |Reverse(entry)| (entry.due.saturating_sub(now), &entry.thing))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: Duration = Duration::from_mins(1);

    #[test]
    fn advancing_makes_the_earliest_due_first() {
        let mut schedule = Schedule::new();
        for (after, name) in [(5, "later"), (1, "first"), (1, "second")] {
            schedule.put(MINUTE * after, name);
        }
        assert_eq!(schedule.take_due().0, Vec::<&str>::new());
        schedule.advance(MINUTE);
        let (due, wait) = schedule.take_due();
        assert_eq!(due, ["first", "second"]);
        let wait = wait.expect("one is left");
        assert!(wait <= MINUTE * 4 && wait > MINUTE * 3, "{wait:?}");
        schedule.advance(MINUTE * 4);
        assert_eq!(schedule.take_due(), (vec!["later"], None));
    }
}
