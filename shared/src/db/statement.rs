//! One SQL text for three databases, written with `$1`, `$2`, … placeholders.

use std::sync::OnceLock;

/// A statement; made in place with [`sql!`](crate::sql), so that its texts live for ever and each
/// connection's statement cache stays hot.
#[derive(Debug)]
pub struct Statement {
    common: &'static str,
    postgres: Option<&'static str>,
    mysql: Option<&'static str>,
    sqlite: Option<&'static str>,
    positional: OnceLock<Positional>,
    binds: OnceLock<Option<usize>>,
}

/// A text as MySQL wants it: `?` for each placeholder, and which bind (from 0) fills each `?`.
#[derive(Debug)]
pub(super) struct Positional {
    pub(super) text: String,
    pub(super) order: Vec<usize>,
}

impl Statement {
    /// A text that every database understands.
    pub const fn new(common: &'static str) -> Self {
        Self {
            common,
            postgres: None,
            mysql: None,
            sqlite: None,
            positional: OnceLock::new(),
            binds: OnceLock::new(),
        }
    }

    /// The text for PostgreSQL, where it must differ.
    #[must_use]
    pub const fn postgres(mut self, text: &'static str) -> Self {
        self.postgres = Some(text);
        self
    }

    /// The text for MySQL and MariaDB, where it must differ. It too is written with `$1`, `$2`, ….
    #[must_use]
    pub const fn mysql(mut self, text: &'static str) -> Self {
        self.mysql = Some(text);
        self
    }

    /// The text for SQLite, where it must differ.
    #[must_use]
    pub const fn sqlite(mut self, text: &'static str) -> Self {
        self.sqlite = Some(text);
        self
    }

    /// The text that names the statement in errors.
    pub fn common_text(&'static self) -> &'static str {
        self.common
    }

    pub(super) fn postgres_text(&'static self) -> &'static str {
        self.postgres.unwrap_or(self.common)
    }

    pub(super) fn sqlite_text(&'static self) -> &'static str {
        self.sqlite.unwrap_or(self.common)
    }

    pub(super) fn mysql_form(&'static self) -> &'static Positional {
        self.positional.get_or_init(|| positional(self.mysql.unwrap_or(self.common)))
    }

    /// How many binds the statement takes: the highest placeholder of its texts. All of them must
    /// agree, since SQLite would bind a missing value as NULL without complaint.
    pub fn placeholders(&self) -> Result<usize, DifferentPlaceholders> {
        let binds = self.binds.get_or_init(|| {
            let wanted = highest(self.common);
            let overrides = [self.postgres, self.mysql, self.sqlite];
            let is_agreed = overrides.into_iter().flatten().all(|text| highest(text) == wanted);
            is_agreed.then_some(wanted)
        });
        binds.ok_or(DifferentPlaceholders)
    }
}

/// A statement's texts for different databases take different numbers of binds.
#[derive(Debug, thiserror::Error)]
#[error("the texts of the statement take different numbers of binds")]
pub struct DifferentPlaceholders;

fn highest(text: &str) -> usize {
    positional(text).order.iter().map(|bind| bind + 1).max().unwrap_or(0)
}

/// Replaces each `$n` outside a quoted string by `?`.
fn positional(numbered: &str) -> Positional {
    let mut text = String::with_capacity(numbered.len());
    let (mut order, mut quote, mut rest) = (Vec::new(), None, numbered);
    while let Some(c) = rest.chars().next() {
        let digits = rest[c.len_utf8()..].bytes().take_while(u8::is_ascii_digit).count();
        rest = if c == '$' && quote.is_none() && digits > 0 {
            order.push(rest[1..=digits].parse::<usize>().expect("these are digits") - 1);
            text.push('?');
            &rest[1 + digits..]
        } else {
            match quote {
                None if matches!(c, '\'' | '"' | '`') => quote = Some(c),
                Some(open) if open == c => quote = None,
                _ => {}
            }
            text.push(c);
            &rest[c.len_utf8()..]
        };
    }
    Positional { text, order }
}

/// A `&'static Statement` in place: `sql!("SELECT …")`, or `sql!("INSERT …", mysql: "INSERT …")`
/// where a database must be told differently. Each override says why.
#[macro_export]
macro_rules! sql {
    ($common:literal $(, $dialect:ident : $text:literal)* $(,)?) => {{
        static STATEMENT: $crate::db::Statement =
            $crate::db::Statement::new($common)$(.$dialect($text))*;
        &STATEMENT
    }};
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_become_question_marks() {
        let form = positional("UPDATE t SET a = $2, b = '$9', c = $2 WHERE id = $10");
        assert_eq!(form.text, "UPDATE t SET a = ?, b = '$9', c = ? WHERE id = ?");
        assert_eq!(form.order, [1, 1, 9]);
    }

    #[test]
    fn overrides_must_take_the_same_binds() {
        assert_eq!(sql!("SELECT $1, $2", mysql: "SELECT $2, $1").placeholders().expect("equal"), 2);
        assert!(sql!("SELECT $1, $2", sqlite: "SELECT $1").placeholders().is_err());
    }
}
