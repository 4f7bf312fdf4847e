//! The complete list of files that a run wants, before any of them is rendered.
//!
//! A [`Plan`] maps each path to what it is: who owns it ([`Class`]), which unit of the domain it
//! belongs to (one lock per unit), and where its text comes from ([`Content`]). It is sorted, names
//! each path once, and is pure: what is on disk is the business of `merge`.

mod crate_files;
mod deploy;
mod domain;
mod embedded;
mod files;
mod kit;
mod rel_path;
mod service;
mod system;

pub use deploy::Target;
pub use embedded::{build, example, example_names, template, templates};
pub use files::{Class, Content, Mode, Plan, PlanError, PlannedFile};
pub use kit::add_kit;
pub use rel_path::{PathError, RelPath};
pub use system::{system, system_in_parts};
