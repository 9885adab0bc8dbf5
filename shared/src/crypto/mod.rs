//! Secrets at rest: sealed before they reach the database, opened only by who holds the passphrase.
//!
//! A sealed value reads `v1.<key id>.<nonce>.<ciphertext>`: AES-256-GCM-SIV, with table, column and row
//! as associated data, so that a value moved elsewhere does not open. The key comes from the operator's
//! passphrase by Argon2id with a random salt that is made once per instance and kept in the database.
//! There is no way to switch it off. What a process without the passphrase has to leave for one that has it goes
//! through a [`Letterbox`].

mod key;
mod letterbox;
mod rotation;
mod sealer;

pub use key::SealError;
pub use letterbox::Letterbox;
pub use rotation::{Counted, NotRotated, Progress, Rotated, Rotation, Unopened};
pub use sealer::{Sealer, SealerError};

/// Where a sealed value stands; part of what is authenticated. Columns are listed in
/// [`tables::sealed`](crate::tables::sealed).
#[derive(Debug, Clone, Copy)]
pub struct Place<'p> {
    /// Table.
    pub table: &'static str,
    /// Column.
    pub column: &'static str,
    /// Primary key of the row.
    pub row: &'p str,
}

impl Place<'_> {
    /// Unambiguous: none of the parts contains a NUL.
    fn associated_data(&self) -> Vec<u8> {
        [self.table, self.column, self.row].join("\0").into_bytes()
    }
}
