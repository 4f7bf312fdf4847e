//! Whole workspaces: the goldens, and that the same description always gives the same bytes.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use camino::Utf8PathBuf;
use minos::diagnostics::Sink;
use minos::merge::Project;
use minos::model::Model;
use minos::source::Sources;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

pub(super) type Files = Vec<(Utf8PathBuf, Vec<u8>)>;
pub(super) type Tree = BTreeMap<String, String>;

/// The domain files of a folder.
pub(super) fn domain(folder: &Path) -> Files {
    let folder = Utf8PathBuf::from_path_buf(folder.to_owned()).unwrap();
    minos::syntax::read_dir(&folder).unwrap()
}

/// What `new` would write, the domain files and the state of minos apart.
pub(super) fn generate(files: Files) -> Tree {
    let (sources, tree, mut sink) = minos::syntax::load(files);
    let model = minos::resolve::resolve(&tree, &sources, &mut sink);
    let model = model.unwrap_or_else(|| panic!("{:#?}", Sink::finish(sink)));
    rendered(&model, &sources)
}

/// Every file of a model.
pub(super) fn rendered(model: &Model, sources: &Sources) -> Tree {
    let mut project = Project::new();
    project.pin_ports(model.contexts.keys().map(String::as_str));
    let plan = minos::plan::system(model, sources, &project.ports).unwrap();
    let rendered = minos::render::render(&plan).unwrap();
    rendered.into_iter().map(|(path, file)| (path.to_string(), file.text.into_owned())).collect()
}

fn is_kit(path: &str) -> bool {
    path.starts_with("crates/kit/src/") || path.starts_with("crates/kit-runtime/src/")
}

fn on_disk(folder: &Path) -> Tree {
    let mut found = Tree::new();
    let mut waiting = vec![folder.to_owned()];
    while let Some(next) = waiting.pop() {
        for entry in std::fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                waiting.push(path);
            } else {
                let name = path.strip_prefix(folder).unwrap().to_str().unwrap().to_owned();
                found.insert(name, std::fs::read_to_string(path).unwrap());
            }
        }
    }
    found
}

/// The golden of an example: everything but the kit's sources, which are tested where they are.
fn golden(example: &str) {
    golden_of(example, |path| !is_kit(path));
}

/// The golden of some files of an example.
fn golden_of(example: &str, keep: impl Fn(&str) -> bool) {
    let tree = generate(domain(&Path::new(ROOT).join("examples").join(example)));
    let tree: Tree = tree.into_iter().filter(|(path, _)| keep(path)).collect();
    let folder = Path::new(ROOT).join("tests/golden").join(example);
    if std::env::var_os("MINOS_UPDATE").is_some() {
        let _ = std::fs::remove_dir_all(&folder);
        for (path, text) in &tree {
            let path = folder.join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
    }
    let found = on_disk(&folder);
    let paths = |tree: &Tree| tree.keys().cloned().collect::<Vec<_>>();
    assert_eq!(paths(&found), paths(&tree), "files; MINOS_UPDATE=1 writes them");
    for (path, text) in &tree {
        assert_eq!(&found[path], text, "{path}; MINOS_UPDATE=1 writes it");
    }
}

#[test]
fn the_smallest_system_is_as_its_golden() {
    golden("minimal");
}

#[test]
fn a_system_of_two_contexts_is_as_its_golden() {
    golden("lending");
}

#[test]
fn the_routes_of_the_shop_are_as_their_golden() {
    golden_of("shop", |path| path == "services/gateway/src/lib.rs");
}

/// The same description with its tables turned round; lists, such as scenarios, keep their order.
fn turned(files: Files) -> Files {
    files
        .into_iter()
        .map(|(path, bytes)| {
            let text = String::from_utf8(bytes).unwrap();
            let (mut tables, mut lists) = (vec![String::new()], Vec::new());
            let mut in_list = false;
            for line in text.lines() {
                if line.starts_with('[') {
                    in_list = line.starts_with("[[");
                    let chunks = if in_list { &mut lists } else { &mut tables };
                    chunks.push(String::new());
                }
                let chunks = if in_list { &mut lists } else { &mut tables };
                *chunks.last_mut().unwrap() += &format!("{line}\n");
            }
            let head = tables.remove(0);
            tables.reverse();
            (path, format!("{head}{}{}", tables.concat(), lists.concat()).into_bytes())
        })
        .collect()
}

#[test]
fn the_order_of_tables_means_nothing() {
    for example in ["minimal", "lending", "auctions", "bookshelf", "shop"] {
        let files = domain(&Path::new(ROOT).join("examples").join(example));
        let other = turned(files.clone());
        assert_ne!(files, other);
        let (one, two) = (generate(files), generate(other));
        for (path, text) in &one {
            assert_eq!(Some(text), two.get(path), "{example}: {path}");
        }
        assert_eq!(one.len(), two.len());
    }
}

#[test]
fn the_machine_means_nothing() {
    let made = |home: &str, zone: &str, locale: &str, name: &str| -> Tree {
        let folder = tempfile::tempdir().unwrap();
        let output = std::process::Command::new(env!("CARGO_BIN_EXE_minos"))
            .args(["new", "project", name, "--example", "lending", "--quiet"])
            .current_dir(&folder)
            .env_clear()
            .envs([("HOME", home), ("TZ", zone), ("LC_ALL", locale)])
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let mut tree = on_disk(&PathBuf::from(folder.path()).join(name));
        // This folder is the machine's own and is not committed.
        tree.retain(|path, _| !path.starts_with(".minos/txn/"));
        let place = folder.path().to_str().unwrap();
        for (path, text) in &tree {
            assert!(!text.contains(place) && !text.contains(ROOT), "{path} names the machine");
        }
        tree
    };
    let one = made("/nowhere", "UTC", "C", "one");
    let two = made("/elsewhere", "Pacific/Auckland", "de_CH.UTF-8", "two-of-them");
    assert_eq!(one, two);
}

/// Every test that the page of features names is there.
#[test]
fn every_feature_names_a_test_that_exists() {
    let root = Path::new(ROOT);
    let mut code = String::new();
    for folder in ["tests", "templates/workspace/crates", "templates/service"] {
        for entry in walkdir::WalkDir::new(root.join(folder)) {
            let entry = entry.unwrap();
            let name = entry.file_name().to_str().unwrap();
            if name.ends_with(".rs") || name.ends_with(".rs.tera") {
                code.push_str(&std::fs::read_to_string(entry.path()).unwrap());
            }
        }
    }
    let mut page = std::fs::read_to_string(root.join("docs/features.md")).unwrap();
    page += &std::fs::read_to_string(root.join("docs/bookshelf.md")).unwrap();
    let mut rows = 0;
    let is_row = |line: &&str| line.starts_with("| ") && line.contains(char::is_numeric);
    for line in page.lines().filter(|line| is_row(line) && line.matches(" | ").count() > 1) {
        rows += 1;
        let command = line.trim_matches('|').split('|').nth(2).unwrap();
        for part in command.split('`').skip(1).step_by(2) {
            let name = part.rsplit(' ').next().unwrap();
            let known = match part.split(' ').next().unwrap() {
                script if script.starts_with("scripts/") => root.join(script).is_file(),
                "workspaces" => {
                    ["examples", "tests/domains"].iter().any(|of| root.join(of).join(name).is_dir())
                }
                _ => {
                    code.contains(&format!("fn {name}("))
                        || code.contains(&format!("mod {name};"))
                        || code.contains(&format!("fn {name}<"))
                }
            };
            assert!(known, "there is no test {name}: {line}");
        }
    }
    assert!(rows > 40);
}
