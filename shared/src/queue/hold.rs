//! Holds: what must not be asked of Slack or a peer for a while, and the lanes that wait for it meanwhile.

use std::collections::HashMap;
use std::fmt;
use std::str::FromStr;
use std::sync::{Arc, PoisonError, RwLock};

use super::finish::shortened;
use super::{Lane, Queue};
use crate::db::{DbError, Tx};
use crate::ids::{ChannelId, TeamId};
use crate::sql;

/// What a hold stops.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Scope(String);

impl Scope {
    /// Everything that goes to a workspace.
    pub fn workspace(team: &TeamId) -> Self {
        Self(format!("team:{team}"))
    }

    /// One method of Slack's, for one workspace: that is what Slack limits
    /// (docs.slack.dev/apis/web-api/rate-limits).
    pub fn method(team: &TeamId, method: &str) -> Self {
        Self(format!("method:{team}:{method}"))
    }

    /// Everything that goes to a channel.
    pub fn channel(team: &TeamId, channel: &ChannelId) -> Self {
        Self(format!("channel:{team}:{channel}"))
    }

    /// Everything that goes to another instance.
    pub fn peer(instance: &str) -> Self {
        Self(format!("peer:{instance}"))
    }

    /// The text that stands in the database.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The workspace that it stops, or the channel of it; `None`: something else.
    pub fn place(&self) -> Option<(TeamId, Option<ChannelId>)> {
        let (kind, rest) = self.0.split_once(':')?;
        match kind {
            "team" => Some((rest.parse().ok()?, None)),
            "channel" => {
                let (team, channel) = rest.split_once(':')?;
                Some((team.parse().ok()?, Some(channel.parse().ok()?)))
            }
            _ => None,
        }
    }

    /// The workspace that it is about, if it is about one.
    pub fn team(&self) -> Option<TeamId> {
        let (kind, rest) = self.0.split_once(':')?;
        let team = rest.split(':').next().filter(|_| kind != "peer")?;
        team.parse().ok()
    }

    /// The workspace and the channel that a lane writes to, if it writes to any.
    pub fn of_lane(lane: &Lane) -> Vec<Self> {
        scopes_of(lane).into_iter().filter(|scope| scope.place().is_some()).collect()
    }

    /// Whether the claim leaves this lane alone while the hold lasts.
    pub fn stops(&self, lane: &Lane) -> bool {
        scopes_of(lane).contains(self)
    }

    /// Lanes that it stops are one of these, or go on with `:` behind it.
    fn lane_prefixes(&self) -> Vec<String> {
        let (kind, rest) = self.0.split_once(':').unwrap_or_default();
        match kind {
            "team" | "channel" => TO_SLACK.iter().map(|lane| format!("{lane}:{rest}")).collect(),
            "method" => match rest.split_once(':') {
                Some((team, POST)) => vec![format!("dst:{team}")],
                // Lanes whose jobs call various methods: each job asks before its call.
                _ => Vec::new(),
            },
            _ => vec![format!("{kind}:{rest}")],
        }
    }
}

/// Lanes whose names begin with the workspace and the channel that they write to.
const TO_SLACK: [&str; 3] = ["dst", "fx", "file"];
/// What every job of a `dst:` lane calls.
const POST: &str = "chat.postMessage";

/// What stops a lane, by its name.
pub(super) fn scopes_of(lane: &Lane) -> Vec<Scope> {
    let mut parts = lane.as_str().split(':');
    let (Some(kind), Some(first)) = (parts.next(), parts.next()) else { return Vec::new() };
    if kind == "peer" {
        return vec![Scope(format!("peer:{first}"))];
    }
    if !TO_SLACK.contains(&kind) {
        return Vec::new();
    }
    let mut scopes = vec![Scope(format!("team:{first}"))];
    scopes.extend(parts.next().map(|channel| Scope(format!("channel:{first}:{channel}"))));
    if kind == "dst" {
        scopes.push(Scope(format!("method:{first}:{POST}")));
    }
    scopes
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A text that names nothing that can be held.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "not something that can be held: expected `team:<team>`, `channel:<team>:<channel>`, `method:<team>:<method>` or `peer:<instance>`"
)]
pub struct InvalidScope;

impl FromStr for Scope {
    type Err = InvalidScope;

    fn from_str(text: &str) -> Result<Self, InvalidScope> {
        let (kind, rest) = text.split_once(':').ok_or(InvalidScope)?;
        let parts: Vec<&str> = rest.split(':').collect();
        let wanted = match kind {
            "team" | "peer" => 1,
            "channel" | "method" => 2,
            _ => return Err(InvalidScope),
        };
        let is_plain = |part: &&str| {
            !part.is_empty() && part.chars().all(|c| c.is_ascii_graphic() && c != '%')
        };
        // A slip in an id would hold nothing, and nobody would notice.
        let is_of_slack = match (kind, parts.as_slice()) {
            ("peer", _) => true,
            ("channel", [team, channel]) => {
                team.parse::<TeamId>().is_ok() && channel.parse::<ChannelId>().is_ok()
            }
            (_, parts) => parts.first().is_some_and(|team| team.parse::<TeamId>().is_ok()),
        };
        let is_whole = parts.len() == wanted && text.len() <= 191;
        if is_whole && is_of_slack && parts.iter().all(is_plain) {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidScope)
        }
    }
}

/// A hold as it stands in the database.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Hold {
    /// What it stops, as text.
    pub scope: String,
    /// Until when, in queue time.
    pub until_at: i64,
    /// Why, for operators.
    pub reason: String,
}

/// The holds as this process saw them last: each claim brings it up to date, so that a call that would be
/// in vain is not made. The truth is in the database.
#[derive(Debug, Clone, Default)]
pub(super) struct SeenHolds(Arc<RwLock<HashMap<String, i64>>>);

impl SeenHolds {
    fn replace(&self, holds: &HashMap<String, i64>) {
        let mut seen = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if *seen != *holds {
            seen.clone_from(holds);
        }
    }

    fn until(&self, scope: &Scope) -> Option<i64> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).get(scope.as_str()).copied()
    }
}

/// The holds in force during a claim.
#[derive(Default)]
pub(super) struct Active(HashMap<String, i64>);

impl Active {
    /// Until when the lane is held; `None`: it may run.
    pub(super) fn until(&self, lane: &Lane) -> Option<i64> {
        if self.0.is_empty() {
            return None;
        }
        scopes_of(lane).iter().filter_map(|scope| self.0.get(scope.as_str()).copied()).max()
    }
}

impl Queue {
    /// Nothing of `scope` is done until `until` (queue time). A hold that lasts longer already stays.
    pub async fn hold(
        &self,
        tx: &mut Tx,
        scope: &Scope,
        until: i64,
        reason: &str,
    ) -> Result<(), DbError> {
        tx.query(sql!(
            "INSERT INTO holds (scope, until_at, reason) VALUES ($1, $2, $3)
             ON CONFLICT (scope) DO UPDATE SET
                 reason = CASE WHEN holds.until_at < $2 THEN $3 ELSE holds.reason END,
                 until_at = CASE WHEN holds.until_at < $2 THEN $2 ELSE holds.until_at END",
            // MySQL has no ON CONFLICT, and assigns from left to right: `reason` must see the old `until_at`.
            mysql: "INSERT INTO holds (scope, until_at, reason) VALUES ($1, $2, $3)
             ON DUPLICATE KEY UPDATE
                 reason = CASE WHEN until_at < $2 THEN $3 ELSE reason END,
                 until_at = CASE WHEN until_at < $2 THEN $2 ELSE until_at END"
        ))
        .bind(scope.as_str())
        .bind(until)
        .bind(shortened(reason))
        .execute()
        .await
        .map(drop)
    }

    /// Ends a hold before its time and wakes the lanes that it stopped; `false`: there was none.
    pub async fn release_hold(&self, tx: &mut Tx, scope: &Scope) -> Result<bool, DbError> {
        let now = self.time.now();
        let removed =
            tx.query(sql!("DELETE FROM holds WHERE scope = $1")).bind(scope.as_str()).execute();
        if removed.await? == 0 {
            return Ok(false);
        }
        for lane in scope.lane_prefixes() {
            // `;` follows `:`, so together they enclose what goes on with `:`.
            tx.query(sql!(
                "UPDATE lanes SET due_at = $4, sleeps_for = NULL
                 WHERE (lane = $1 OR (lane >= $2 AND lane < $3)) AND owner IS NULL AND due_at > $4"
            ))
            .bind(lane.clone())
            .bind(format!("{lane}:"))
            .bind(format!("{lane};"))
            .bind(now)
            .execute()
            .await?;
        }
        Ok(true)
    }

    /// The hold on `scope` itself, in force or over.
    pub async fn hold_on(&self, tx: &mut Tx, scope: &Scope) -> Result<Option<Hold>, DbError> {
        tx.query(sql!("SELECT scope, until_at, reason FROM holds WHERE scope = $1"))
            .bind(scope.as_str())
            .fetch_optional()
            .await
    }

    /// Every hold in force, the one that ends first at the front.
    pub async fn holds(&self) -> Result<Vec<Hold>, DbError> {
        self.db
            .read(sql!("SELECT scope, until_at, reason FROM holds WHERE until_at > $1 ORDER BY until_at, scope"))
            .bind(self.time.now())
            .fetch_all()
            .await
    }

    /// Until when `scope` is held (queue time), as far as this process knows; `None`: it is not.
    pub fn held_until(&self, scope: &Scope) -> Option<i64> {
        self.seen_holds.until(scope).filter(|until| *until > self.time.now())
    }

    /// The holds in force, read by a claim.
    pub(super) async fn active_holds(&self, tx: &mut Tx) -> Result<Active, DbError> {
        let rows: Vec<(String, i64)> = tx
            .query(sql!("SELECT scope, until_at FROM holds WHERE until_at > $1"))
            .bind(self.time.now())
            .fetch_all()
            .await?;
        let holds = rows.into_iter().collect();
        self.seen_holds.replace(&holds);
        Ok(Active(holds))
    }

    /// Those of the holds in force that nobody changes or ends until `tx` has ended. A lane may be put to
    /// sleep for one of these: whoever ends it later finds the lane asleep, and wakes it.
    pub(super) async fn lock_holds(&self, tx: &mut Tx) -> Result<Active, DbError> {
        let rows: Vec<(String, i64)> = tx
            .query(sql!(
                "SELECT scope, until_at FROM holds WHERE until_at > $1 FOR UPDATE SKIP LOCKED",
                // SQLite has one writer at a time: the transaction is the lock.
                sqlite: "SELECT scope, until_at FROM holds WHERE until_at > $1"
            ))
            .bind(self.time.now())
            .fetch_all()
            .await?;
        Ok(Active(rows.into_iter().collect()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lane_is_stopped_by_what_its_name_says() {
        let scopes = |lane: &str| -> Vec<String> {
            scopes_of(&Lane::named(lane)).into_iter().map(|scope| scope.0).collect()
        };
        assert_eq!(scopes("dst:T1:C1"), ["team:T1", "channel:T1:C1", "method:T1:chat.postMessage"]);
        assert_eq!(scopes("fx:T1:C1:01H"), ["team:T1", "channel:T1:C1"]);
        assert_eq!(scopes("peer:abc:C1"), ["peer:abc"]);
        assert!(scopes("src:T1:C1").is_empty(), "routing asks nobody outside");
        assert!(scopes("maintenance").is_empty());
    }

    #[test]
    fn only_what_can_be_held_is_a_scope() {
        for text in ["team:T1", "channel:T1:C1", "method:T1:users.info", "peer:abc"] {
            let scope = text.parse::<Scope>();
            assert_eq!(scope.as_ref().map(ToString::to_string), Ok(text.to_owned()));
            let team = scope.expect("a scope").team().map(String::from);
            assert_eq!(team.as_deref(), (text != "peer:abc").then_some("T1"), "{text}");
        }
        for text in [
            "",
            "team",
            "team:",
            "team:T1:C1",
            "channel:T1",
            "lane:x",
            "team:T 1",
            "team:acme",
            "channel:T1:general",
        ] {
            assert_eq!(text.parse::<Scope>(), Err(InvalidScope), "{text}");
        }
    }
}
