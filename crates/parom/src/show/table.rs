//! Tables as people read them: a head, columns, no more lines than needed.

use comfy_table::{CellAlignment, ContentArrangement, presets};
use terminal_size::{Width, terminal_size_of};

/// A table under construction.
#[derive(Debug)]
pub(crate) struct Table(comfy_table::Table);

/// No terminal is that wide, so that a table written to a file or a pipe breaks no line.
const WIDTH_OFF_TERMINAL: u16 = 160;

impl Table {
    /// A table with these heads.
    pub(crate) fn new<const N: usize>(heads: [&str; N]) -> Self {
        let mut table = comfy_table::Table::new();
        table
            .load_style(presets::UTF8_FULL_CONDENSED)
            .set_content_arrangement(ContentArrangement::Dynamic)
            .set_width(
                terminal_size_of(std::io::stdout()).map_or(WIDTH_OFF_TERMINAL, |(Width(width), _)| width),
            )
            .set_header(heads);
        Self(table)
    }

    /// Numbers stand to the right.
    pub(crate) fn numbers_in(mut self, column: usize) -> Self {
        if let Some(column) = self.0.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
        self
    }

    /// One more line.
    pub(crate) fn row<const N: usize>(&mut self, cells: [String; N]) {
        self.0.add_row(cells);
    }
}

impl std::fmt::Display for Table {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}
