//! Columns that stand below each other.

use std::fmt::Write as _;

/// Where the text of a column begins.
#[derive(Clone, Copy)]
pub(super) enum Align {
    Left,
    Right,
}

/// Rows of as many cells as there are columns, and what stands on a line of its own below each.
pub(super) struct Table<const COLUMNS: usize> {
    head: [(&'static str, Align); COLUMNS],
    rows: Vec<([String; COLUMNS], Option<String>)>,
}

impl<const COLUMNS: usize> Table<COLUMNS> {
    pub(super) fn new(head: [(&'static str, Align); COLUMNS]) -> Self {
        Self { head, rows: Vec::new() }
    }

    pub(super) fn row(&mut self, cells: [String; COLUMNS]) {
        self.rows.push((cells, None));
    }

    pub(super) fn row_with_note(&mut self, cells: [String; COLUMNS], note: String) {
        self.rows.push((cells, Some(note)));
    }

    /// The whole table, each line indented.
    pub(super) fn render(&self) -> String {
        let width_of = |column: usize| {
            let cells = self.rows.iter().map(|(cells, _)| cells[column].chars().count());
            cells.chain([self.head[column].0.len()]).max().unwrap_or_default()
        };
        let widths: [usize; COLUMNS] = std::array::from_fn(width_of);
        let mut text = String::new();
        self.line(&mut text, &self.head.map(|(name, _)| name.to_owned()), &widths);
        for (cells, note) in &self.rows {
            self.line(&mut text, cells, &widths);
            if let Some(note) = note {
                let _ = writeln!(text, "    {note}");
            }
        }
        text
    }

    fn line(&self, text: &mut String, cells: &[String; COLUMNS], widths: &[usize; COLUMNS]) {
        let mut line = String::new();
        for ((cell, width), (_, align)) in cells.iter().zip(widths).zip(&self.head) {
            let _ = match align {
                Align::Left => write!(line, "  {cell:<width$}"),
                Align::Right => write!(line, "  {cell:>width$}"),
            };
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
}
