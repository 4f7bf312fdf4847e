//! One name, spelt for every target.

use heck::{ToKebabCase, ToShoutySnakeCase, ToSnakeCase, ToUpperCamelCase};

use super::reserved::is_rust_keyword;

/// `PlateHasOpenJob` → `plate_has_open_job`: modules, files, JSON codes, columns.
#[must_use]
pub fn snake(name: &str) -> String {
    name.to_snake_case()
}

/// `in_work` → `InWork`: Rust types and variants.
#[must_use]
pub fn pascal(name: &str) -> String {
    name.to_upper_camel_case()
}

/// `FindJobs` → `find-jobs`: paths, packages, hosts.
#[must_use]
pub fn kebab(name: &str) -> String {
    name.to_kebab_case()
}

/// `limit` → `LIMIT`: environment variables and constants.
#[must_use]
pub fn screaming(name: &str) -> String {
    name.to_shouty_snake_case()
}

/// `PlateHasOpenJob` → `plate has open job`: texts for people.
#[must_use]
pub fn words(name: &str) -> String {
    snake(name).replace('_', " ")
}

/// A field's name in Rust: keywords become raw identifiers (`type` → `r#type`).
#[must_use]
pub fn rust_field(name: &str) -> String {
    if is_rust_keyword(name) { format!("r#{name}") } else { name.to_owned() }
}
