//! minos: from a domain description in TOML to a running, event-driven Rust system.
//!
//! One spine serves every command. Domain text is read (`source`), turned into a tree in which
//! every name keeps its place (`syntax`, driven by the table of `shapes`; the one-line notations by
//! `lang`), resolved into a `model` without missing parts (`resolve`), turned into a complete plan
//! of files (`view`, `plan`), rendered to text (`render`), compared with what is on disk (`merge`)
//! and written (`tree`). `new`, `add`, `gen` and `sync` are the same walk with another end.
//!
//! A room may use the rooms before it in this list, never those after it; a test reads the `use`
//! lines and checks that.

pub mod source;

pub mod diagnostics;

pub mod layout;

pub mod lang;

pub mod shapes;

pub mod syntax;

pub mod names;

pub mod model;

pub mod resolve;

pub mod export;

pub mod view;

pub mod plan;

pub mod render;

pub mod tree;

pub mod merge;

pub mod cli;
