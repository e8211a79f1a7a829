//! Columns as wide as their widest cell; where the terminal is too narrow for them, a line for each cell.

use crate::output::Output;
use sochdb_plugin_host::printable;

/// A table of text.
///
/// ```
/// use sochdb_plugin_cli::{grouped, Output, Table};
///
/// fn sizes(out: &Output, files: &[(&str, u64)]) {
///     let mut table = Table::new(&["file", "bytes"], &[false, true]);
///     files.iter().for_each(|(file, bytes)| table.row(vec![file.to_string(), grouped(*bytes)]));
///     table.print(out);
/// }
/// ```
#[derive(Debug)]
pub struct Table {
    right: &'static [bool],
    rows: Vec<Vec<String>>,
}

impl Table {
    /// Makes a table with these headings; `right` says of each column whether it is of numbers, which stand at the right.
    #[must_use]
    pub fn new(headings: &[&str], right: &'static [bool]) -> Self {
        Self { right, rows: vec![headings.iter().map(|heading| heading.to_string()).collect()] }
    }

    /// Adds a row, with a cell for each heading. A cell's text may come from anybody: what steers a terminal is escaped.
    pub fn row(&mut self, cells: Vec<String>) {
        self.rows.push(cells.iter().map(|cell| printable(cell).into_owned()).collect());
    }

    /// Prints the table with two spaces before and between columns.
    pub fn print(&self, out: &Output) {
        let width = |column: usize| self.rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
        let widths: Vec<usize> = (0..self.right.len()).map(width).collect();
        let whole: usize = widths.iter().map(|width| width + 2).sum();
        if out.width().is_some_and(|columns| columns < whole) {
            return self.print_cells(out);
        }
        for (at, row) in self.rows.iter().enumerate() {
            let mut line = String::new();
            for ((cell, width), right) in row.iter().zip(&widths).zip(self.right) {
                let cell = if *right { format!("  {cell:>width$}") } else { format!("  {cell:<width$}") };
                line.push_str(&cell);
            }
            let line = line.trim_end();
            if at == 0 {
                out.line(out.paint.dim(line))
            } else {
                out.line(line)
            }
        }
    }

    fn print_cells(&self, out: &Output) {
        let [headings, rows @ ..] = &*self.rows else { return };
        let width = headings.iter().map(|heading| heading.chars().count()).max().unwrap_or(0);
        for row in rows {
            for (heading, cell) in headings.iter().zip(row) {
                out.line(format!("  {}  {cell}", out.paint.dim(format!("{heading:<width$}"))));
            }
            out.line("");
        }
    }
}
