//! Which names a generated file uses from elsewhere, collected while its text is made.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use crate::layout;

use super::homes::Home;

/// The `use` lines of one file.
#[derive(Debug)]
pub struct Imports {
    /// How the domain crate is called from this file: `crate` inside it, else its name.
    root: String,
    /// The path of the module that this file is or belongs to, such as `crate::tool`.
    module: String,
    /// Whether the file is a child of that module (`tool/lend_tool.rs`), not the module itself.
    child: bool,
    paths: RefCell<BTreeMap<String, BTreeSet<String>>>,
}

impl Imports {
    /// For the file of a module of the domain crate.
    #[must_use]
    pub fn of_module(module: &str) -> Self {
        Self {
            root: "crate".to_owned(),
            module: format!("crate::{module}"),
            child: false,
            paths: RefCell::default(),
        }
    }

    /// For a file below a module of the domain crate.
    #[must_use]
    pub fn below(module: &str) -> Self {
        Self { child: true, ..Self::of_module(module) }
    }

    /// For a module of the contracts crate.
    #[must_use]
    pub fn of_contracts(module: &str) -> Self {
        Self { module: format!("contracts::{module}"), ..Self::of_module("") }
    }

    /// For a file of another crate that uses the domain crate `root`.
    #[must_use]
    pub fn outside(root: &str) -> Self {
        Self { root: root.to_owned(), module: String::new(), ..Self::of_module("") }
    }

    /// The spelling of a type here; notes the import.
    pub fn spell(&self, home: &Home) -> String {
        self.named(home, true)
    }

    /// A type with its whole path, for a file that has another type of that name.
    #[must_use]
    pub fn path(&self, home: &Home) -> String {
        let (path, name) = self.place(home);
        if path.is_empty() { name.to_owned() } else { format!("{}::{name}", self.seen(path)) }
    }

    /// The module and the name; no module for what is written as it is.
    fn place<'h>(&self, home: &'h Home) -> (String, &'h str) {
        match home {
            Home::Prelude(path) => (String::new(), path),
            Home::Domain(module, name) => (format!("{}::{module}", self.root), name),
            Home::Contracts(module, name) => (format!("contracts::{module}"), name),
        }
    }

    /// A path of the contracts crate as that crate itself writes it.
    fn seen(&self, path: String) -> String {
        let in_contracts = self.module.starts_with("contracts::");
        if in_contracts { path.replacen("contracts", "crate", 1) } else { path }
    }

    fn named(&self, home: &Home, by_path: bool) -> String {
        let (path, name) = self.place(home);
        if path.is_empty() {
            return name.to_owned();
        }
        if path != self.module {
            let path = self.seen(path);
            if by_path && (is_of_prelude(name) || self.is_elsewhere(&path, name)) {
                return format!("{path}::{name}");
            }
            self.add(&path, name);
        } else if self.child {
            self.add("super", name);
        }
        name.to_owned()
    }

    /// Whether the name is imported from another place already.
    fn is_elsewhere(&self, path: &str, name: &str) -> bool {
        let paths = self.paths.borrow();
        paths.iter().any(|(other, names)| other != path && names.contains(name))
    }

    /// Notes that `path::name` of the domain crate is used, by that name.
    pub fn domain(&self, module: &str, name: &str) {
        self.named(&Home::Domain(module.to_owned(), name.to_owned()), false);
    }

    /// Notes that `path::name` is used; `name` may be `X as Y`.
    pub fn add(&self, path: &str, name: &str) {
        self.paths.borrow_mut().entry(path.to_owned()).or_default().insert(name.to_owned());
    }

    /// Forgets names that these texts do not use: lowering may drop what it has spelled.
    pub fn keep_used(&self, texts: &[&str]) {
        let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let read = |name: &str| {
            texts.iter().any(|text| {
                text.match_indices(name).any(|(at, _)| {
                    let before = text.get(..at).and_then(|t| t.chars().next_back());
                    let behind = text.get(at + name.len()..).and_then(|t| t.chars().next());
                    !before.is_some_and(|c| is_word(c) || c == ':') && !behind.is_some_and(is_word)
                })
            })
        };
        let mut paths = self.paths.borrow_mut();
        for (path, names) in paths.iter_mut() {
            names.retain(|name| match (name.as_str(), name.split_once(" as ")) {
                ("self", _) => read(path.rsplit("::").next().unwrap_or("")),
                (_, Some((_, alias))) => read(alias),
                (name, None) => read(name),
            });
        }
        paths.retain(|_, names| !names.is_empty());
    }

    /// Whether a text uses a name of the kit's prelude that is not imported by name.
    #[must_use]
    pub fn needs_prelude(&self, text: &str) -> bool {
        let paths = self.paths.borrow();
        let names = paths.values().flatten().map(String::as_str);
        uses_prelude_besides(text, &names.collect())
    }

    /// The `use` lines of other crates, the kit's prelude among them when `prelude`.
    #[must_use]
    pub fn external(&self, prelude: bool) -> String {
        let lines = self.grouped(|path| !is_internal(path)).into_iter();
        // One name is sorted with its path, a list by the path alone.
        let mut lines: Vec<(String, String)> = lines
            .map(|(path, line)| match line.contains('{') {
                true => (path, line),
                false => (line.trim_start_matches("use ").to_owned(), line),
            })
            .collect();
        if prelude {
            lines.push(("kit::prelude".to_owned(), "use kit::prelude::*;".to_owned()));
        }
        lines.sort_by_cached_key(|(path, line)| (by_segment(path), line.clone()));
        lines.into_iter().map(|(_, line)| line).collect::<Vec<_>>().join("\n")
    }

    /// The `use` lines of this crate: `super`, then `crate`.
    #[must_use]
    pub fn internal(&self) -> String {
        let mut lines = self.grouped(is_internal);
        // A list of modules of the crate root comes after everything below them.
        let rank = |path: &str, line: &str| match path {
            "crate" if line.contains('{') => "crate::~".to_owned(),
            "crate" => line.trim_start_matches("use ").to_owned(),
            path => path.to_owned(),
        };
        lines.sort_by_key(|(path, line)| (!path.starts_with("super"), rank(path, line)));
        lines.into_iter().map(|(_, line)| line).collect::<Vec<_>>().join("\n")
    }

    fn grouped(&self, keep: impl Fn(&str) -> bool) -> Vec<(String, String)> {
        let paths = self.paths.borrow();
        paths
            .iter()
            .filter(|(path, _)| keep(path))
            .map(|(path, names)| {
                let names: Vec<&str> = names.iter().map(String::as_str).collect();
                if names == ["self"] {
                    return (path.clone(), format!("use {path};"));
                }
                (path.clone(), layout::use_list(path, &names, 0))
            })
            .collect()
    }
}

/// The order of rustfmt, segment by segment.
fn by_segment(path: &str) -> Vec<impl Ord + use<>> {
    path.split("::").map(layout::sort_key).collect()
}

fn is_internal(path: &str) -> bool {
    matches!(path.split("::").next(), Some("self" | "super" | "crate"))
}

/// The names that the kit's prelude brings.
const NAMES: &str = "BTreeMap BTreeSet Date SignedDuration Timestamp Decimal Deserialize \
    Serialize Uuid Aggregate Command Create Decide IfMissing Unique Upsert Check Violations \
    Actor Context Decision Events Ignore Instead ensure ensure_else Event Recorded Fault \
    Folded known Id Document Json Entities Newtype Patch Message Policy Cond Filter Order \
    Page Query Column Kind Row Table Fold View";

/// Whether the kit's prelude brings this name. A type of the domain that is called so is named by
/// its path, since an import would hide the kit's.
fn is_of_prelude(name: &str) -> bool {
    static SORTED: LazyLock<Vec<&str>> = LazyLock::new(|| {
        let mut names: Vec<&str> = NAMES.split_whitespace().collect();
        names.sort_unstable();
        names
    });
    SORTED.binary_search(&name).is_ok()
}

/// Whether a text uses a name that the kit's prelude brings.
#[must_use]
pub fn uses_prelude(text: &str) -> bool {
    uses_prelude_besides(text, &BTreeSet::new())
}

/// The same; these names come from elsewhere: an aggregate may be called `Order`, as a type of the kit.
fn uses_prelude_besides(text: &str, others: &BTreeSet<&str>) -> bool {
    const MODULES: [&str; 4] = ["list", "num", "text", "time"];
    let is_word = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(start) = bytes.iter().skip(at).position(|b| is_word(*b)).map(|n| at + n) {
        let behind = bytes.iter().skip(start).position(|b| !is_word(*b));
        at = behind.map_or(bytes.len(), |n| start + n);
        let before = start.checked_sub(1).and_then(|i| bytes.get(i));
        if before == Some(&b':') {
            continue;
        }
        let word = text.get(start..at).unwrap_or_default();
        let is_path = text.get(at..).is_some_and(|rest| rest.starts_with("::"));
        let is_other = others.contains(word);
        if (!is_other && is_of_prelude(word)) || (is_path && MODULES.contains(&word)) {
            return true;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_imported_from_one_place_and_written_with_its_path_from_others() {
        let imports = Imports::outside("desk_domain");
        let of = |context: &str| Home::Contracts(context.to_owned(), "Address".to_owned());
        assert_eq!(imports.spell(&of("ordering")), "Address");
        assert_eq!(imports.spell(&of("shipping")), "contracts::shipping::Address");
        assert_eq!(imports.spell(&of("ordering")), "Address");
        assert_eq!(imports.external(false), "use contracts::ordering::Address;");
        assert_eq!(imports.path(&of("billing")), "contracts::billing::Address");
        let inside = Imports::of_contracts("desk");
        assert_eq!(inside.path(&of("shipping")), "crate::shipping::Address");
    }
}
