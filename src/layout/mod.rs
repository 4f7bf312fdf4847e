//! Printer for target text: one line if it fits in 100 columns, else broken as rustfmt would.
