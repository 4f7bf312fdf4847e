//! Where a piece of text starts and how wide it may become.

use super::{MAX_WIDTH, TAB};

/// The room for a piece: the indentation of its further lines, what stands before it on its first
/// line (beyond the indentation), and the columns left for it there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Shape {
    pub(super) width: usize,
    pub(super) indent: usize,
    pub(super) offset: usize,
    /// Columns that a line may have.
    pub(super) max: usize,
    /// Chains may not be broken here: they are the last argument of a call on one line.
    pub(super) unbroken: bool,
}

impl Shape {
    pub(super) fn indented(indent: usize) -> Self {
        Self::at(indent, MAX_WIDTH)
    }

    /// Room without an end, for what fits nowhere.
    pub(super) fn endless(indent: usize) -> Self {
        Self::at(indent, 1 << 20)
    }

    fn at(indent: usize, max: usize) -> Self {
        Self { width: max.saturating_sub(indent), indent, offset: 0, max, unbroken: false }
    }

    /// A line of its own at this column, as wide as lines may be here.
    pub(super) fn line_at(self, indent: usize) -> Self {
        Self::at(indent, self.max)
    }

    /// The same place with all columns up to the limit.
    pub(super) fn full(self) -> Self {
        Self { width: self.max.saturating_sub(self.used_width()), ..self }
    }

    pub(super) fn sub_width(self, columns: usize) -> Option<Self> {
        Some(Self { width: self.width.checked_sub(columns)?, ..self })
    }

    pub(super) fn offset_left(self, columns: usize) -> Option<Self> {
        Some(Self { offset: self.offset + columns, ..self.sub_width(columns)? })
    }

    /// One level further in, on a line of its own, up to the full width.
    pub(super) fn nested(self) -> Self {
        Self { unbroken: self.unbroken, ..self.line_at(self.indent + TAB) }
    }

    /// As [`Shape::nested`] without going further in.
    pub(super) fn own_line(self) -> Self {
        Self { unbroken: self.unbroken, ..self.line_at(self.indent) }
    }

    pub(super) fn used_width(self) -> usize {
        self.indent + self.offset
    }

    /// Columns at the end of the line that somebody outside keeps.
    pub(super) fn overhead(self) -> usize {
        self.max.saturating_sub(self.used_width() + self.width)
    }

    /// A line break and the indentation of this shape.
    pub(super) fn line_break(self) -> String {
        line_break(self.indent)
    }
}

/// A line break followed by `indent` spaces.
pub(super) fn line_break(indent: usize) -> String {
    let mut text = String::with_capacity(indent + 1);
    text.push('\n');
    text.extend(std::iter::repeat_n(' ', indent));
    text
}
