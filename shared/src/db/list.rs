//! Statements about a list of ids: a text for each length that is a power of two, so that a handful of prepared
//! statements serves every list.

use std::sync::OnceLock;

use super::{Bind, DbError, Query, Row, Statement, Tx};

/// Ids in the largest text: 2 to this power.
const LARGEST: usize = 7;

/// A statement whose text says `$list` where the ids stand. It has no other placeholders.
#[derive(Debug)]
pub struct ListStatement {
    text: &'static str,
    by_size: [OnceLock<Statement>; LARGEST + 1],
}

impl ListStatement {
    /// A text that every database understands.
    pub const fn new(text: &'static str) -> Self {
        Self { text, by_size: [const { OnceLock::new() }; LARGEST + 1] }
    }

    /// Every text of it, to be checked against a schema.
    pub fn all(&'static self) -> impl Iterator<Item = &'static Statement> {
        (0..=LARGEST).map(|power| self.of_size(power))
    }

    fn of_size(&'static self, power: usize) -> &'static Statement {
        self.by_size[power].get_or_init(|| {
            let list: Vec<String> = (1..=1 << power).map(|number| format!("${number}")).collect();
            Statement::new(self.text.replace("$list", &list.join(", ")).leak())
        })
    }

    /// Runs it for all of these ids; says how many rows it changed.
    pub async fn execute<I: Sync>(&'static self, tx: &mut Tx, ids: &[I]) -> Result<u64, DbError>
    where
        for<'q> &'q I: Bind<'q>,
    {
        let mut changed = 0;
        for (power, piece) in pieces(ids) {
            let query = tx.query(self.of_size(power));
            changed += piece.iter().fold(query, Query::bind).execute().await?;
        }
        Ok(changed)
    }

    /// The rows that it finds for all of these ids.
    pub async fn fetch_all<I: Sync, R: Row>(
        &'static self,
        tx: &mut Tx,
        ids: &[I],
    ) -> Result<Vec<R>, DbError>
    where
        for<'q> &'q I: Bind<'q>,
    {
        let mut found = Vec::new();
        for (power, piece) in pieces(ids) {
            let query = tx.query(self.of_size(power));
            found.extend(piece.iter().fold(query, Query::bind).fetch_all().await?);
        }
        Ok(found)
    }
}

/// `list` in pieces whose sizes are powers of two, the largest first.
fn pieces<T>(mut list: &[T]) -> impl Iterator<Item = (usize, &[T])> {
    std::iter::from_fn(move || {
        let power = usize::try_from(list.len().checked_ilog2()?).ok()?.min(LARGEST);
        let (piece, rest) = list.split_at(1 << power);
        list = rest;
        Some((power, piece))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    static STATEMENT: ListStatement = ListStatement::new("DELETE FROM t WHERE id IN ($list)");

    #[test]
    fn a_list_is_cut_into_few_sizes_and_nothing_is_left_out() {
        let list: Vec<usize> = (0..300).collect();
        let sizes: Vec<usize> = pieces(&list).map(|(_, piece)| piece.len()).collect();
        assert_eq!(sizes, [128, 128, 32, 8, 4]);
        assert_eq!(pieces(&list).flat_map(|(_, piece)| piece).count(), 300);
        assert_eq!(STATEMENT.of_size(1).common_text(), "DELETE FROM t WHERE id IN ($1, $2)");
    }
}
