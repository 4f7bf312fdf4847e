//! Embeds `templates/` and `examples/` as two sorted tables, id → text, and a number that stands
//! for everything that output depends on: sources, templates and the versions of dependencies.
//!
//! Refuses what would not survive packaging or would make output differ between machines: a file
//! named `Cargo.toml` (cargo leaves its folder out of the package), a carriage return, a missing
//! last line break.

use std::fmt::Write as _;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::{Path, PathBuf};
use std::{env, fs};

use walkdir::WalkDir;

fn main() {
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets it"));
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it"));
    let mut code = String::new();
    for (name, folder) in [("TEMPLATES", "templates"), ("EXAMPLES", "examples")] {
        println!("cargo::rerun-if-changed={folder}");
        table(&mut code, name, &root.join(folder));
    }
    writeln!(code, "pub(super) static BUILD: u64 = {:#018x};", build_of(&root)).expect("a string");
    fs::write(out.join("embedded.rs"), code).expect("the build folder is writable");
}

fn table(code: &mut String, name: &str, folder: &Path) {
    writeln!(code, "pub(super) static {name}: &[(&str, &str)] = &[").expect("a string");
    let mut files: Vec<(String, PathBuf)> = Vec::new();
    if folder.is_dir() {
        for entry in WalkDir::new(folder) {
            let entry = entry.expect("the source tree is readable");
            if entry.file_type().is_file() {
                files.push((id_of(folder, entry.path()), entry.into_path()));
            }
        }
    }
    files.sort();
    for (id, path) in files {
        check(&id, &path);
        writeln!(code, "    ({id:?}, include_str!({path:?})),").expect("a string");
    }
    code.push_str("];\n");
}

/// Differs between builds whose output may differ.
fn build_of(root: &Path) -> u64 {
    let mut hash = DefaultHasher::new();
    for part in ["Cargo.lock", "build.rs", "src", "templates", "examples"] {
        println!("cargo::rerun-if-changed={part}");
        for entry in WalkDir::new(root.join(part)).sort_by_file_name().into_iter().flatten() {
            if entry.file_type().is_file() {
                entry.path().strip_prefix(root).expect("it was found there").hash(&mut hash);
                fs::read(entry.path()).expect("the file is readable").hash(&mut hash);
            }
        }
    }
    env::var("CARGO_PKG_VERSION").expect("cargo sets it").hash(&mut hash);
    hash.finish()
}

fn id_of(folder: &Path, path: &Path) -> String {
    let relative = path.strip_prefix(folder).expect("it was found there");
    let parts: Vec<&str> = relative.iter().map(|p| p.to_str().expect("names are UTF-8")).collect();
    parts.join("/")
}

fn check(id: &str, path: &Path) {
    assert!(!id.ends_with("/Cargo.toml"), "{id}: name it Cargo.toml.tera, or cargo drops it");
    let bytes = fs::read(path).expect("the file is readable");
    assert!(!bytes.contains(&b'\r'), "{id}: has a carriage return");
    assert!(bytes.is_empty() || bytes.ends_with(b"\n"), "{id}: lacks the last line break");
}
