//! The domain crate of a context: what may happen, and what follows from it.
//!
//! Pure code: no clock, no I/O, no async. One file per aggregate, one per command.

mod event;
mod record;
mod refusal;
mod values;

use crate::model::{Context, Model};

use super::rust::{Header, Homes};

pub use event::{EventFile, event_file};
pub use record::{RecordView, record};
pub use refusal::{RefusalFile, refusal_file};
pub use values::{ValuesFile, values_file};

/// What all files of one domain crate share.
#[derive(Debug)]
pub struct Domain<'m> {
    /// The system.
    pub model: &'m Model,
    /// The context.
    pub context: &'m Context,
    /// Where types live.
    pub homes: Homes<'m>,
    /// The first line of owned files.
    pub header: Header,
}

impl<'m> Domain<'m> {
    /// The domain crate of `context`; `source` is the domain file that describes it.
    #[must_use]
    pub fn new(model: &'m Model, context: &'m Context, source: &str) -> Self {
        let own_code = format!("services/{}/service/src/extend.rs", context.name);
        let header = Header { source: source.to_owned(), own_code };
        Self { model, context, homes: Homes::new(model, context), header }
    }
}
