//! Regular plurals, for paths.

use super::case::kebab;

/// The regular plural of a word: `s`; `es` after s x z ch sh; consonant and y become `ies`.
#[must_use]
pub fn plural(word: &str) -> String {
    if ["s", "x", "z", "ch", "sh"].iter().any(|end| word.ends_with(end)) {
        return format!("{word}es");
    }
    let vowel_y = ["ay", "ey", "iy", "oy", "uy"].iter().any(|end| word.ends_with(end));
    match word.strip_suffix('y') {
        Some(stem) if !vowel_y && !stem.is_empty() => format!("{stem}ies"),
        _ => format!("{word}s"),
    }
}

/// The plural of a `PascalCase` name as a path segment: `PartGroup` → `part-groups`.
#[must_use]
pub fn plural_kebab(name: &str) -> String {
    plural(&kebab(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plurals_are_regular() {
        let pairs = [
            ("Job", "jobs"),
            ("PartGroup", "part-groups"),
            ("Box2", "box2s"),
            ("Bus", "buses"),
            ("Tax", "taxes"),
            ("Quiz", "quizes"),
            ("Branch", "branches"),
            ("Dish", "dishes"),
            ("Category", "categories"),
            ("Day", "days"),
            ("Key", "keys"),
        ];
        for (name, expected) in pairs {
            assert_eq!(plural_kebab(name), expected);
        }
    }
}
