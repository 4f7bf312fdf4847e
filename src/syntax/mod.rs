//! Domain text as spanned tables, lowered by the table of shapes.
