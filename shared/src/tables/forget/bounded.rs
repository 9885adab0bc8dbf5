//! A deletion of so many rows at most, as each database does it without looking at all the others.

use std::sync::OnceLock;

use crate::db::Statement;

/// Rows of one table for which a condition about `$1` holds.
#[derive(Debug)]
pub(super) struct Bounded {
    table: &'static str,
    condition: &'static str,
    /// Which workspace has one, as an expression.
    pub(super) owner: Option<&'static str>,
    delete: OnceLock<Statement>,
    count: OnceLock<Statement>,
}

impl Bounded {
    pub(super) const fn new(table: &'static str, condition: &'static str) -> Self {
        Self { table, condition, owner: None, delete: OnceLock::new(), count: OnceLock::new() }
    }

    /// As [`Bounded::new`], of rows that go with the workspace that `owner` gives.
    pub(super) const fn owned(
        table: &'static str,
        condition: &'static str,
        owner: &'static str,
    ) -> Self {
        Self {
            table,
            condition,
            owner: Some(owner),
            delete: OnceLock::new(),
            count: OnceLock::new(),
        }
    }

    /// Removes `$2` of them at most.
    pub(super) fn delete(&'static self) -> &'static Statement {
        self.delete.get_or_init(|| {
            let Self { table, condition, .. } = self;
            let rows = |place: &str| {
                let chosen = format!("SELECT {place} FROM {table} WHERE {condition} LIMIT $2");
                format!("DELETE FROM {table} WHERE {condition} AND {place}")
                    + &if place == "ctid" {
                        // A list of places is read as such; of a subquery it makes a join.
                        format!(" = ANY (ARRAY({chosen}))")
                    } else {
                        format!(" IN ({chosen})")
                    }
            };
            // MySQL has no name for the place of a row, but a limit.
            let mysql = format!("DELETE FROM {table} WHERE {condition} LIMIT $2");
            Statement::new(rows("rowid").leak()).postgres(rows("ctid").leak()).mysql(mysql.leak())
        })
    }

    /// How many there are, without those of workspaces that were uninstalled until `$2`.
    pub(super) fn count(&'static self) -> &'static Statement {
        self.count.get_or_init(|| {
            let Self { table, condition, owner, .. } = self;
            let stays = owner.map_or_else(String::new, |owner| {
                format!(" AND {owner} NOT IN (SELECT id FROM workspaces WHERE deleted_at <= $2)")
            });
            Statement::new(format!("SELECT COUNT(*) FROM {table} WHERE {condition}{stays}").leak())
        })
    }

    pub(super) fn statements(&'static self) -> [&'static Statement; 2] {
        [self.delete(), self.count()]
    }
}
