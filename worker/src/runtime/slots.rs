//! Who may have the free places: interactive work always finds two, maintenance one.

use shared::queue::Priority;

/// Places that other work leaves for somebody who waits at a screen.
const FOR_INTERACTIVE: usize = 2;
/// Places that other work leaves for what can wait, so that it is done at all.
const FOR_MAINTENANCE: usize = 1;

/// How many more lanes of `priority` may run, when `held` of each priority do and there are `total` places.
pub(super) fn claimable(priority: Priority, held: [usize; 3], total: usize) -> usize {
    let [interactive, normal, maintenance] = held;
    let free = total.saturating_sub(interactive + normal + maintenance);
    let interactive_reserve = FOR_INTERACTIVE.saturating_sub(interactive);
    let maintenance_reserve = FOR_MAINTENANCE.saturating_sub(maintenance);
    free.saturating_sub(match priority {
        Priority::Interactive => maintenance_reserve,
        Priority::Normal => interactive_reserve + maintenance_reserve,
        Priority::Maintenance => interactive_reserve,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_flood_of_messages_leaves_the_reserved_places_free() {
        assert_eq!(claimable(Priority::Normal, [0, 0, 0], 16), 13);
        assert_eq!(claimable(Priority::Normal, [0, 13, 0], 16), 0);
        assert_eq!(claimable(Priority::Interactive, [0, 13, 0], 16), 2);
        assert_eq!(claimable(Priority::Maintenance, [0, 13, 0], 16), 1);
        assert_eq!(claimable(Priority::Maintenance, [2, 13, 0], 16), 1);
    }

    proptest! {
        #[test]
        fn whatever_was_claimed_before_the_reserves_can_be_had(steps in prop::collection::vec(0..3usize, 0..64), total in 4..64usize) {
            let mut held = [0; 3];
            for step in steps {
                let priority = Priority::ALL[step];
                held[step] += claimable(priority, held, total).min(1);
            }
            prop_assert!(held.iter().sum::<usize>() <= total);
            let interactive = claimable(Priority::Interactive, held, total);
            let maintenance = claimable(Priority::Maintenance, held, total);
            prop_assert!(held[0] + interactive >= FOR_INTERACTIVE);
            prop_assert!(held[2] + maintenance >= FOR_MAINTENANCE);
        }
    }
}
