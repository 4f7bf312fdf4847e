//! The workspaces of many seeds as one, so that cargo compiles the kit and its dependencies once.
//!
//! What minos renders stays as it is, byte for byte, but for the manifests: a package gets the seed
//! before its name, since a workspace has each name once. Its library keeps the name, so the Rust
//! text needs no change.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::ops::RangeInclusive;
use std::path::Path;

use super::{bytes, generate};

/// Files by path; those of seed 7 lie below `s7/`.
struct Together {
    folder: std::path::PathBuf,
    written: BTreeSet<String>,
}

impl Together {
    /// Writes what differs, since cargo goes by the time of the last change.
    fn write(&mut self, path: &str, text: &str) {
        let on_disk = self.folder.join(path);
        if std::fs::read_to_string(&on_disk).ok().as_deref() != Some(text) {
            std::fs::create_dir_all(on_disk.parent().unwrap()).unwrap();
            std::fs::write(&on_disk, text).unwrap();
        }
        self.written.insert(path.to_owned());
    }

    /// Takes away what earlier seeds have left.
    fn sweep(&self, below: &Path) {
        for entry in std::fs::read_dir(below).unwrap() {
            let path = entry.unwrap().path();
            let name = path.strip_prefix(&self.folder).unwrap().to_str().unwrap().to_owned();
            if path.is_dir() {
                let inside = format!("{name}/");
                if self
                    .written
                    .range(inside.clone()..)
                    .next()
                    .is_some_and(|p| p.starts_with(&inside))
                {
                    self.sweep(&path);
                } else {
                    std::fs::remove_dir_all(&path).unwrap();
                }
            } else if !self.written.contains(&name) && name != "Cargo.lock" {
                std::fs::remove_file(&path).unwrap();
            }
        }
    }
}

/// Writes one cargo workspace with the crates of all these seeds.
pub fn write(folder: &Path, seeds: RangeInclusive<u64>) {
    let mut out = Together { folder: folder.to_owned(), written: BTreeSet::new() };
    let mut members = vec!["crates/kit".to_owned(), "crates/kit-runtime".to_owned()];
    let mut root = String::new();
    let first = *seeds.start();
    for seed in seeds {
        let files = generate::domain(seed).0;
        for (path, text) in &files {
            out.write(&format!("s{seed}/{path}"), text);
        }
        let tree = super::super::golden::generate(bytes(&files));
        let own = own_packages(&tree["Cargo.toml"]);
        for (path, text) in &tree {
            let shared = path.starts_with("crates/kit");
            match path.as_str() {
                "Cargo.lock" if !folder.join(path).exists() => out.write(path, text),
                "clippy.toml" | "rustfmt.toml" if seed == first => out.write(path, text),
                "Cargo.toml" if seed == first => root = text.clone(),
                _ if shared && seed == first => out.write(path, text),
                _ if shared || !path.contains('/') => {}
                _ => match path.strip_suffix("/Cargo.toml") {
                    Some(package) => {
                        members.push(format!("s{seed}/{package}"));
                        let text = renamed(text, seed, package, &own);
                        out.write(&format!("s{seed}/{path}"), &text);
                    }
                    None => out.write(&format!("s{seed}/{path}"), text),
                },
            }
        }
    }
    out.write("Cargo.toml", &workspace(&root, &members));
    out.sweep(folder);
}

/// The packages of one system and where they lie, the kit apart.
fn own_packages(manifest: &str) -> Vec<(String, String)> {
    let parts = manifest.lines().filter_map(|line| line.split_once(" = { path = \""));
    parts
        .filter(|(_, path)| !path.starts_with("crates/kit"))
        .map(|(name, path)| (name.to_owned(), path.split('"').next().unwrap().to_owned()))
        .collect()
}

/// A package's manifest with the seed before the names of the system's packages.
fn renamed(text: &str, seed: u64, package: &str, own: &[(String, String)]) -> String {
    let up = "../".repeat(package.split('/').count());
    let mut out = String::new();
    let mut name = String::new();
    for line in text.lines() {
        let depends = own.iter().find(|(name, _)| line == format!("{name}.workspace = true"));
        if let Some((name, path)) = depends {
            writeln!(out, "{name} = {{ path = \"{up}{path}\", package = \"s{seed}-{name}\" }}")
                .unwrap();
        } else if let Some((own, _)) =
            own.iter().find(|(name, _)| line == format!("name = \"{name}\""))
        {
            name = own.replace('-', "_");
            writeln!(out, "name = \"s{seed}-{own}\"").unwrap();
        } else if line == "[lib]" {
            writeln!(out, "[lib]\nname = \"{name}\"").unwrap();
        } else {
            writeln!(out, "{line}").unwrap();
        }
    }
    out
}

/// The manifest of the whole: that of one system with other members.
fn workspace(one: &str, members: &[String]) -> String {
    let mut out = String::from("[workspace]\nresolver = \"3\"\nmembers = [\n");
    for member in members {
        writeln!(out, "    \"{member}\",").unwrap();
    }
    out.push_str("]\n\n");
    let rest = one.find("[workspace.package]").expect("every workspace has one");
    for line in one[rest..].lines() {
        if !line.contains(" = { path = \"") || line.starts_with("kit") {
            writeln!(out, "{line}").unwrap();
        }
    }
    out
}
