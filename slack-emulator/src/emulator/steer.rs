//! Steering: what goes wrong, and what time it is.

use std::time::Duration;

use super::SlackEmulator;
use crate::control;
use crate::core::Change;
use crate::events::{self, RequestUrlError};
use crate::faults::{FaultId, FaultRule};
use crate::switches::Switches;

impl SlackEmulator {
    /// Sets where events are sent, once the app there has echoed the challenge.
    pub async fn set_request_url(&self, url: &str) -> Result<(), RequestUrlError> {
        control::set_request_url(&self.core, url, true).await
    }

    /// Sets where events are sent, without asking whether anyone is there yet.
    pub async fn set_request_url_unverified(&self, url: &str) -> Result<(), RequestUrlError> {
        control::set_request_url(&self.core, url, false).await
    }

    /// Sends no more events.
    pub fn clear_request_url(&self) {
        self.core.change(|state| state.courier.request_url = None);
        self.core.tell(|| Change::Stage);
    }

    /// Makes calls go wrong.
    pub fn add_fault(&self, rule: FaultRule) -> FaultId {
        self.core.change(|state| state.faults.add(rule))
    }

    /// Takes a rule back. Returns whether it was still there.
    pub fn remove_fault(&self, id: FaultId) -> bool {
        self.core.change(|state| state.faults.remove(id))
    }

    /// Takes all rules back.
    pub fn clear_faults(&self) {
        self.core.change(|state| state.faults.clear());
    }

    /// The rules that are not used up.
    pub fn faults(&self) -> Vec<(FaultId, FaultRule)> {
        self.core.read(|state| state.faults.all().to_vec())
    }

    /// How the emulator behaves.
    pub fn switches(&self) -> Switches {
        self.core.read(|state| state.switches.clone())
    }

    /// Changes how the emulator behaves from now on.
    pub fn switch(&self, act: impl FnOnce(&mut Switches)) {
        // Not under the lock: the closure may well look at the emulator.
        let mut switches = self.switches();
        act(&mut switches);
        self.core.change(|state| state.switches = switches);
    }

    /// Makes whatever waits in the schedule of events due that much earlier: retries, and events
    /// held back to be overtaken. Rate limits pass, and tokens and codes end, that much earlier, too.
    /// Time stamps, signatures and latencies stay in real time.
    ///
    /// A retry that fails is scheduled anew from the moment it fails, so to see three retries,
    /// advance and wait for each.
    pub fn advance(&self, by: Duration) {
        control::advance(&self.core, by);
    }

    /// As [`Self::advance`], and what happens in the workspaces that are there has time stamps that
    /// much later from now on: for an app whose own clock leaps along. Signatures and latencies stay
    /// in real time even so.
    pub fn leap(&self, over: Duration) {
        let micros = u64::try_from(over.as_micros()).unwrap_or(u64::MAX);
        self.core.change(|state| {
            state.world.workspaces.values_mut().for_each(|workspace| workspace.leap(micros));
        });
        self.advance(over);
    }

    /// Sends an event once more, at once, with its old id. Returns whether there is such an event.
    pub fn redeliver(&self, event_id: &str) -> bool {
        let event_id = event_id.into();
        self.core.change(|state| events::redeliver(&self.core, state, &event_id))
    }
}
