//! Plurals, for paths.

use super::case::kebab;

/// Words that end with `ves` in the plural, and those that end like them: `bookshelf`, `housewife`. Others in
/// -f and -fe are regular: `roof`, `chief`, `belief`.
const VES: [&str; 11] =
    ["calf", "elf", "half", "knife", "leaf", "life", "loaf", "sheaf", "thief", "wife", "wolf"];

/// The plural of a word: `s`; `es` after s x z ch sh; consonant and y become `ies`; `ves` for a few in -f and -fe.
#[must_use]
pub fn plural(word: &str) -> String {
    if ["s", "x", "z", "ch", "sh"].iter().any(|end| word.ends_with(end)) {
        return format!("{word}es");
    }
    if VES.iter().any(|end| word.ends_with(end)) {
        let stem = word.trim_end_matches('e').trim_end_matches('f');
        return format!("{stem}ves");
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
    fn plurals_are_those_of_english_words() {
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
            ("Shelf", "shelves"),
            ("BookShelf", "book-shelves"),
            ("Bookshelf", "bookshelves"),
            ("Knife", "knives"),
            ("Thief", "thieves"),
            ("Half", "halves"),
            ("Roof", "roofs"),
            ("Belief", "beliefs"),
            ("Safe", "safes"),
            ("Tariff", "tariffs"),
        ];
        for (name, expected) in pairs {
            assert_eq!(plural_kebab(name), expected);
        }
    }
}
