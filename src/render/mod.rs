//! From a plan to a tree of texts in their final form.
//!
//! Pure. No undefined name gets through, every text has Unix line ends and exactly one last line
//! break, and the bytes depend on nothing but the plan. Embedded files are copied byte for byte.

mod engine;
mod filters;
mod lock;
mod tree;

pub use engine::{RenderError, Renderer};
pub use tree::{RenderedFile, RenderedTree, Rendering, render};
