//! The table of shapes: every key of every table of the domain file, once.
