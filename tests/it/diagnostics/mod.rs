//! The catalogue of diagnostics, its page, and the corpus of planted mistakes.

mod catalogue;
mod corpus;
mod mutations;
mod pairs;
