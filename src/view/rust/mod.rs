//! How the model is spelled in Rust: names, paths, types, fields.

mod checks;
mod fields;
mod homes;
mod imports;
mod public;
mod spelling;
mod types;

pub use checks::{at_name, body, checks, checks_bound, newtype_bounds, state_bounds};
pub use fields::{DefaultFn, FieldView, Place, defaults, fields};
pub use homes::{Home, Homes};
pub use imports::{Imports, uses_prelude};
pub use public::{is_declared, public_types};
pub use spelling::{TEST_NOW, article, header, lines, module, raw, sentence, title};
pub use types::{Rust, is_copy};
