//! Random edits against random changes of the plan.

use proptest::prelude::*;

use super::*;

const PATHS: [&str; 6] = ["x/a.rs", "x/b.rs", "y/c.rs", "y/s.rs", "Cargo.toml", "y/deep/d.rs"];

fn class_of(path: &str) -> Class {
    match path {
        "y/s.rs" | "x/b.rs" => Class::Seed,
        "Cargo.toml" => Class::Keyed,
        _ => Class::Owned,
    }
}

fn wanted(versions: &[usize]) -> RenderedTree {
    let mut list = Vec::new();
    for (path, version) in PATHS.iter().zip(versions) {
        let text = match (*version, class_of(path)) {
            (0, _) => continue,
            (v, Class::Keyed) => format!("[workspace]\nmembers = [\"m{v}\"]\nv = {v}\n"),
            (v, _) => format!("fn {}{v}() {{}}\n", path.len()),
        };
        list.push((class_of(path), *path, text));
    }
    let list: Vec<(Class, &str, &str)> =
        list.iter().map(|(class, path, text)| (*class, *path, text.as_str())).collect();
    tree(&list)
}

#[derive(Debug, Clone)]
enum Edit {
    Change(usize),
    Delete(usize),
    Reformat(usize),
    Add,
}

fn edits() -> impl Strategy<Value = Vec<Edit>> {
    let one = prop_oneof![
        (0..PATHS.len()).prop_map(Edit::Change),
        (0..PATHS.len()).prop_map(Edit::Delete),
        (0..PATHS.len()).prop_map(Edit::Reformat),
        Just(Edit::Add),
    ];
    prop::collection::vec(one, 0..4)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(200) })]

    #[test]
    fn no_edit_is_lost_and_the_second_run_is_empty(
        before in prop::collection::vec(0usize..3, 6),
        after in prop::collection::vec(0usize..3, 6),
        edits in edits(),
    ) {
        let (_keep, root) = temp();
        let root = root.join("p");
        make(&root, &wanted(&before));
        let mut mine = Files::new();
        for edit in edits {
            match edit {
                Edit::Change(i) => {
                    let path = PATHS[i];
                    let text = if path == "Cargo.toml" { "# mine\n[mine]\nx = 1\n" } else { "fn mine() {}\n" };
                    put(&root, path, text);
                    mine.insert(path.to_owned(), text.to_owned());
                }
                Edit::Delete(i) => {
                    let _ = std::fs::remove_file(root.join(PATHS[i]));
                    mine.remove(PATHS[i]);
                }
                Edit::Reformat(i) => {
                    let path = root.join(PATHS[i]);
                    if let Ok(text) = std::fs::read_to_string(&path) {
                        let text = text.replace('\n', "\r\n");
                        std::fs::write(&path, &text).unwrap();
                        if mine.contains_key(PATHS[i]) {
                            mine.insert(PATHS[i].to_owned(), text);
                        }
                    }
                }
                Edit::Add => {
                    put(&root, "y/own.rs", "fn own() {}\n");
                    mine.insert("y/own.rs".to_owned(), "fn own() {}\n".to_owned());
                }
            }
        }
        let disk_before = files(&root);
        let decision = sync(&root, &wanted(&after));
        let disk_after = files(&root);
        if !decision.blocked.is_empty() {
            prop_assert_eq!(&disk_before, &disk_after);
        }
        for (path, text) in &mine {
            let now = disk_after.get(path).map_or("", String::as_str);
            let lines = text.lines().all(|line| now.lines().any(|l| l == line));
            prop_assert!(lines, "{} lost: {:?}", path, now);
        }
        if decision.blocked.is_empty() {
            let again = sync(&root, &wanted(&after));
            prop_assert!(again.changes.is_empty(), "{:?}", again.changes);
            prop_assert_eq!(disk_after, files(&root));
        }
    }
}
