//! One name, spelt for every target.

use heck::{ToKebabCase, ToShoutySnakeCase, ToSnakeCase, ToUpperCamelCase};

use super::reserved::is_rust_keyword;

/// `PlateHasOpenJob` → `plate_has_open_job`: modules, files, JSON codes, columns.
#[must_use]
pub fn snake(name: &str) -> String {
    let letters = name.as_bytes();
    // Each capital starts a word: what nearly every name is, and needs no rules.
    let plain = letters.first().is_some_and(u8::is_ascii_alphabetic)
        && letters.iter().all(u8::is_ascii_alphanumeric)
        && letters
            .iter()
            .zip(letters.iter().skip(1).chain([&b'A']))
            .all(|(this, next)| !this.is_ascii_uppercase() || next.is_ascii_lowercase());
    if !plain {
        return name.to_snake_case();
    }
    let mut out = String::with_capacity(name.len() + 4);
    for letter in name.chars() {
        if letter.is_ascii_uppercase() && !out.is_empty() {
            out.push('_');
        }
        out.push(letter.to_ascii_lowercase());
    }
    out
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_short_way_to_snake_case_is_that_of_the_rules() {
        for name in [
            "",
            "A",
            "Ab",
            "AbC",
            "ABc",
            "Ab1C",
            "Ab1c",
            "A1B",
            "1Ab",
            "ab",
            "aB",
            "Ab_c",
            "_a",
            "aÄb",
            "HTTPServer",
            "PlateHasOpenJob",
            "Thing0Of12",
        ] {
            assert_eq!(snake(name), name.to_snake_case(), "{name}");
        }
    }
}
