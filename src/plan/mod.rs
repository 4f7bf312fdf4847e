//! The complete, sorted list of files to generate.
