//! Every key of the table of shapes: its example is fine; unknown, of a wrong type, missing, twice
//! is one report each.

use minos::shapes::{CONTEXT_FILE, Form, Group, KERNEL_FILE, Key, Need, PROJECT, Shape, Stage};

use super::{check, load};

/// A table of the text: what comes before it, its header, and its shape.
struct Place {
    path: &'static str,
    before: String,
    header: String,
    shape: &'static Shape,
    later: bool,
}

impl Place {
    /// The text of the file with these keys in the table.
    fn text(&self, keys: &[(String, String)]) -> String {
        let mut text = format!("{}{}\n", self.before, self.header);
        for (name, value) in keys {
            text.push_str(&format!("{name} = {value}\n"));
        }
        text
    }

    /// The codes that are reported with these keys, without the "not yet" of a later construct.
    fn codes(&self, keys: &[(String, String)]) -> Vec<String> {
        let text = self.text(keys);
        let mut codes: Vec<String> =
            check(&[(self.path, &text)]).iter().map(|line| line[..5].to_owned()).collect();
        if self.later {
            let at = codes.iter().position(|code| code == "MN050");
            codes.remove(at.unwrap_or_else(|| panic!("no MN050 for\n{text}")));
        }
        codes
    }

    fn expect(&self, keys: &[(String, String)], expected: &[&str]) {
        let codes = self.codes(keys);
        let text = self.text(keys);
        assert_eq!(codes, expected, "{:#?}\n{text}", check(&[(self.path, &text)]));
    }
}

/// Every table that can be reached.
fn places() -> Vec<Place> {
    let mut all = Vec::new();
    let root = |path, shape| Place {
        path,
        before: String::new(),
        header: String::new(),
        shape,
        later: false,
    };
    walk(root("domain/x.toml", &CONTEXT_FILE), "", &mut all);
    walk(root("shared/x.toml", &KERNEL_FILE), "", &mut all);
    all.push(Place { header: "[project]".to_owned(), ..root("minos.toml", &PROJECT) });
    assert!(all.len() > 30, "{}", all.len());
    all
}

fn walk(place: Place, prefix: &str, all: &mut Vec<Place>) {
    for key in place.shape.keys() {
        let name = format!("{prefix}{}", key.name);
        let (header, prefix, shape) = match key.form {
            Form::Table(shape) => (format!("[{name}]"), name, shape),
            Form::Tables(shape) => (format!("[[{name}]]"), name, shape),
            Form::Named(shape) | Form::Reactions(shape) | Form::Replies(shape) => {
                (format!("[{name}.Some]"), format!("{name}.Some"), shape)
            }
            _ => continue,
        };
        let mut keys = base(place.shape, &[key.name]);
        keys.retain(|(other, _)| other != key.name);
        let before = if place.header.is_empty() { String::new() } else { place.text(&keys) };
        let later = place.later || key.stage == Stage::Two;
        let inner = Place { path: place.path, before, header, shape, later };
        walk(inner, &format!("{prefix}."), all);
    }
    all.push(place);
}

fn example(key: &Key) -> (String, String) {
    (key.name.to_owned(), key.example.to_owned())
}

/// The fewest keys that make the table complete while these are there.
fn base(shape: &'static Shape, with: &[&str]) -> Vec<(String, String)> {
    let mut names: Vec<&str> = with.to_vec();
    for group in shape.groups {
        if let Group::Needs(name, other) = group
            && names.contains(name)
        {
            names.push(other);
        }
    }
    for group in shape.groups {
        let (Group::ExactlyOne(choices) | Group::AtLeastOne(choices)) = group else { continue };
        if !choices.iter().any(|choice| names.contains(choice)) {
            let excluded = |choice: &&&str| {
                shape.groups.iter().any(|group| match group {
                    Group::Excludes(first, others) => {
                        first == *choice && names.iter().any(|name| others.contains(name))
                            || others.contains(*choice) && names.contains(first)
                    }
                    _ => false,
                })
            };
            names.push(choices.iter().find(|choice| !excluded(choice)).expect("one fits"));
        }
    }
    for key in shape.keys() {
        let needed = match key.need {
            Need::Required => true,
            Need::Unless(other) => {
                let grouped = shape.groups.iter().any(
                    |group| matches!(group, Group::ExactlyOne(names) if names.contains(&key.name)),
                );
                !grouped && !names.contains(&other)
            }
            _ => false,
        };
        if needed && !names.contains(&key.name) {
            names.push(key.name);
        }
    }
    names.iter().map(|name| example(shape.key(name).expect("a known key"))).collect()
}

/// What is reported when this key is there and all is well.
fn clean(key: &Key, place: &Place) -> Vec<&'static str> {
    if key.stage == Stage::Two && !place.later { vec!["MN050"] } else { Vec::new() }
}

#[test]
fn every_example_is_fine() {
    for place in places() {
        for key in place.shape.keys() {
            place.expect(&base(place.shape, &[key.name]), &clean(key, &place));
        }
    }
}

#[test]
fn a_wrong_type_is_one_report() {
    for place in places() {
        for key in place.shape.keys().filter(|key| !matches!(key.form, Form::Free)) {
            let mut keys = base(place.shape, &[key.name]);
            keys.iter_mut().filter(|k| k.0 == key.name).for_each(|k| k.1 = "1.5".to_owned());
            let mut expected = clean(key, &place);
            expected.push("MN005");
            let mut codes = place.codes(&keys);
            codes.sort();
            expected.sort_unstable();
            assert_eq!(codes, expected, "{}", place.text(&keys));
        }
    }
}

#[test]
fn a_missing_key_is_one_report() {
    let mut tried = 0;
    for place in places() {
        let all = base(place.shape, &[]);
        for key in place.shape.keys().filter(|key| key.need == Need::Required) {
            let keys: Vec<_> = all.iter().filter(|k| k.0 != key.name).cloned().collect();
            place.expect(&keys, &["MN012"]);
            tried += 1;
        }
        for group in place.shape.groups {
            if let Group::ExactlyOne(names) | Group::AtLeastOne(names) = group {
                let rest = all.iter().filter(|k| !names.contains(&k.0.as_str()));
                place.expect(&rest.cloned().collect::<Vec<_>>(), &["MN012"]);
                tried += 1;
            }
        }
    }
    assert!(tried > 40, "{tried}");
}

#[test]
fn keys_that_exclude_each_other_are_one_report() {
    for place in places() {
        for group in place.shape.groups {
            let pair: Vec<&str> = match group {
                Group::ExactlyOne(names) => names[..2].to_vec(),
                Group::Excludes(name, others) => vec![name, others[0]],
                Group::Needs(name, _) => vec![name],
                Group::AtLeastOne(_) => continue,
            };
            let mut keys = base(place.shape, &pair);
            if let Group::Needs(_, other) = group {
                keys.retain(|k| k.0 != *other);
            }
            let later = pair.iter().filter_map(|name| place.shape.key(name));
            let mut expected: Vec<&str> = later.flat_map(|key| clean(key, &place)).collect();
            expected.push("MN013");
            let mut codes = place.codes(&keys);
            codes.sort();
            expected.sort_unstable();
            assert_eq!(codes, expected, "{}", place.text(&keys));
        }
    }
}

#[test]
fn an_unknown_key_is_one_report() {
    for place in places() {
        let mut keys = base(place.shape, &[]);
        keys.push(("quux_zyx".to_owned(), "1".to_owned()));
        let code = "MN004";
        place.expect(&keys, &[code]);
    }
}

/// A misspelt key is read as the one that was meant; its patch makes the report go away.
#[test]
fn a_misspelt_key_is_one_report_with_a_patch() {
    let mut tried = 0;
    for place in places() {
        for key in place.shape.keys().filter(|key| key.name.len() > 3) {
            let good = base(place.shape, &[key.name]);
            let wrong = format!("{}{}", &key.name[..2], &key.name[3..]);
            if place.shape.key(&wrong).is_some() {
                continue;
            }
            let mut keys = good.clone();
            keys.iter_mut().filter(|k| k.0 == key.name).for_each(|k| k.0.clone_from(&wrong));
            let text = place.text(&keys);
            let (_, _, sink) = load(&[(place.path, &text)]);
            let found: Vec<_> = sink.found().iter().filter(|d| d.code == 4).collect();
            assert_eq!(found.len(), 1, "{wrong}\n{text}");
            if found[0].patch.is_empty() {
                continue;
            }
            let mut expected = clean(key, &place);
            expected.push("MN004");
            let mut codes = place.codes(&keys);
            codes.sort();
            expected.sort_unstable();
            assert_eq!(codes, expected, "{text}");
            let mut patched = text.clone();
            for edit in &found[0].patch {
                patched.replace_range(edit.span.range(), &edit.text);
            }
            assert_eq!(patched, place.text(&good));
            tried += 1;
        }
    }
    assert!(tried > 100, "{tried}");
}

#[test]
fn a_key_that_is_there_twice_is_one_report() {
    for place in places() {
        for key in place.shape.keys() {
            let mut keys = base(place.shape, &[key.name]);
            keys.push(example(key));
            let mut expected = clean(key, &place);
            expected.push("MN003");
            let mut codes = place.codes(&keys);
            codes.sort();
            expected.sort_unstable();
            assert_eq!(codes, expected, "{}", place.text(&keys));
        }
    }
}

/// Whatever the value: a help that is a patch takes its report away and brings no other.
#[test]
fn patches_mend() {
    let values = [
        "1.5",
        "5",
        "-0",
        "1e5",
        "0x10",
        "true",
        "\"plate\"",
        "\"true\"",
        "\"12\"",
        "\"rost\"",
        "2026-01-05",
        "2026-01-05T09:00:00Z",
        "2026-01-05T09:00:00+01:00",
        "[]",
        "{}",
        "[1]",
        "[[]]",
        "{ a = 1 }",
        "\"\"",
    ];
    let mut tried = 0;
    for place in places() {
        for key in place.shape.keys() {
            for value in values {
                let mut keys = base(place.shape, &[key.name]);
                keys.iter_mut().filter(|k| k.0 == key.name).for_each(|k| k.1 = value.to_owned());
                let text = place.text(&keys);
                let (_, _, sink) = load(&[(place.path, &text)]);
                for found in sink.found().iter().filter(|found| !found.patch.is_empty()) {
                    let mut patched = text.clone();
                    for edit in &found.patch {
                        patched.replace_range(edit.span.range(), &edit.text);
                    }
                    let after = check(&[(place.path, &patched)]);
                    let before = check(&[(place.path, &text)]);
                    assert_eq!(after.len() + 1, before.len(), "{before:#?}\n{after:#?}\n{patched}");
                    tried += 1;
                }
            }
        }
    }
    assert!(tried > 100, "{tried}");
}
