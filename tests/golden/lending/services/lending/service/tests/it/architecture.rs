// Rendered by minos from domain/lending.toml; own code goes into extend.rs of the service.
//! The rules of the layout, held against the source text.

use std::fs;
use std::path::{Path, PathBuf};

const HERE: &str = env!("CARGO_MANIFEST_DIR");

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder of the workspace").flatten() {
        let path = entry.path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|it| it == "rs") {
            found.push(path);
        }
    }
}

fn text(path: impl AsRef<Path>) -> String {
    fs::read_to_string(path).expect("a file of the workspace")
}

#[test]
fn the_domain_needs_no_runtime() {
    let manifest = text(Path::new(HERE).join("../domain/Cargo.toml"));
    let (_, needs) = manifest.split_once("[dependencies]").expect("it needs the kit");
    for line in needs.lines().take_while(|line| !line.starts_with('[')) {
        let name = line.split('.').next().unwrap_or_default().trim();
        assert!(["", "contracts", "kit", "serde"].contains(&name), "the domain needs {name}");
    }
}

#[test]
fn only_wiring_starts_anything() {
    let mut files = Vec::new();
    sources(&Path::new(HERE).join("src"), &mut files);
    let own = ["extend.rs", "main.rs", "wiring.rs"];
    for file in files {
        let name = file.file_name().and_then(|it| it.to_str()).unwrap_or_default();
        let starts = text(&file).contains("Service::builder");
        assert!(!starts || own.contains(&name), "{name} builds a service");
    }
}

#[test]
fn files_stay_short() {
    let mut files = Vec::new();
    sources(&Path::new(HERE).join("src"), &mut files);
    sources(&Path::new(HERE).join("../domain/src"), &mut files);
    // Tests are as long as the scenarios are many.
    for file in files.iter().filter(|file| !file.ends_with("tests.rs")) {
        let lines = text(file).lines().count();
        assert!(lines <= 600, "{} has {lines} lines", file.display());
    }
}
