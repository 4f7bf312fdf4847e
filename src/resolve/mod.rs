//! Passes from the syntax tree to the model; reports everything it can in one run.
