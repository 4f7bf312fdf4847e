//! Which names a generated file uses from elsewhere, collected while its text is made.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use crate::layout;

use super::homes::Home;

/// The `use` lines of one file.
#[derive(Debug)]
pub struct Imports {
    /// How the domain crate is called from this file: `crate` inside it, else its name.
    root: String,
    /// The module of the domain crate that this file is or belongs to; empty outside of it.
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
            module: module.to_owned(),
            child: false,
            paths: RefCell::default(),
        }
    }

    /// For a file below a module of the domain crate.
    #[must_use]
    pub fn below(module: &str) -> Self {
        Self { child: true, ..Self::of_module(module) }
    }

    /// For a file of another crate that uses the domain crate `root`.
    #[must_use]
    pub fn outside(root: &str) -> Self {
        Self { root: root.to_owned(), ..Self::of_module("") }
    }

    /// The spelling of a type here; notes the import.
    pub fn spell(&self, home: &Home) -> String {
        if home.module.is_empty() {
            return home.name.clone();
        }
        if home.module == self.module {
            if self.child {
                self.add("super", &home.name);
            }
            return home.name.clone();
        }
        self.add(&format!("{}::{}", self.root, home.module), &home.name);
        home.name.clone()
    }

    /// Notes that `path::name` is used; `name` may be `X as Y`.
    pub fn add(&self, path: &str, name: &str) {
        self.paths.borrow_mut().entry(path.to_owned()).or_default().insert(name.to_owned());
    }

    /// The `use` lines in rustfmt's order: `super`, then `crate`, then other crates.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        let paths = self.paths.borrow();
        let mut sorted: Vec<_> = paths.iter().collect();
        sorted.sort_by_key(|(path, _)| (rank(path), (*path).clone()));
        sorted
            .into_iter()
            .map(|(path, names)| {
                let names: Vec<&str> = names.iter().map(String::as_str).collect();
                layout::use_list(path, &names, 0)
            })
            .collect()
    }
}

fn rank(path: &str) -> u8 {
    match path.split("::").next() {
        Some("self") => 0,
        Some("super") => 1,
        Some("crate") => 2,
        _ => 3,
    }
}
