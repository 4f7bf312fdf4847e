//! Which file may say what.

use super::{check, load};

const JOB: &str = "[aggregate.Job]\nstate = [\"plate: string\"]\n";

fn one(files: &[(&str, &str)]) -> String {
    let found = check(files);
    assert_eq!(found.len(), 1, "{found:#?}");
    found[0].clone()
}

#[test]
fn contexts_live_in_files_or_in_the_project() {
    let inline = "[project]\nname = \"x\"\n[context.garage.aggregate.Job]\nstate = []\n";
    let files = [("minos.toml", inline), ("domain/stock.toml", JOB), ("shared/money.toml", "")];
    assert_eq!(check(&files), Vec::<String>::new());
    let (_, tree, _) = load(&files);
    let names: Vec<&str> = tree.contexts.iter().map(|c| c.head.name.text.as_str()).collect();
    assert_eq!(names, ["garage", "stock"]);
    assert!(tree.contexts.iter().all(|c| c.aggregates.len() == 1));
}

#[test]
fn the_shorthand_names_the_only_context() {
    let text =
        "[project]\ncontext = \"desk\"\n[context]\nkind = \"core\"\n[aggregate.Job]\nstate = []\n";
    assert_eq!(check(&[("minos.toml", text)]), Vec::<String>::new());
    let (_, tree, _) = load(&[("minos.toml", text)]);
    assert_eq!(tree.contexts[0].head.name.text, "desk");
    assert_eq!(tree.contexts[0].aggregates.len(), 1);
    assert!(tree.contexts[0].kind.is_some());
}

#[test]
fn one_context_lives_in_one_place() {
    let inline = "[context.garage.aggregate.Car]\nstate = []\n";
    let found = one(&[("minos.toml", inline), ("domain/garage.toml", JOB)]);
    assert!(found.starts_with("MN131 domain/garage.toml:1:1 "), "{found}");
}

#[test]
fn the_shorthand_does_not_mix() {
    let short = format!("[project]\ncontext = \"desk\"\n{JOB}");
    let found = one(&[("minos.toml", &short), ("domain/garage.toml", JOB)]);
    assert!(found.starts_with("MN132 minos.toml:2:11 "), "{found}");
    let found = one(&[("minos.toml", &format!("{short}[context.x.aggregate.Car]\nstate = []\n"))]);
    assert!(found.starts_with("MN132 minos.toml:2:11 "), "{found}");
    let found = one(&[("minos.toml", JOB), ("domain/garage.toml", JOB)]);
    assert!(found.starts_with("MN132 minos.toml:1:2 "), "{found}");
    let found = one(&[("minos.toml", &format!("[project]\nname = \"x\"\n{JOB}"))]);
    assert!(found.starts_with("MN012 minos.toml:1:2 project needs `context`"), "{found}");
}

#[test]
fn the_kernel_holds_types_only() {
    let found = one(&[("minos.toml", ""), ("shared/x.toml", JOB)]);
    assert!(found.starts_with("MN133 shared/x.toml:1:2 "), "{found}");
    let (_, tree, _) = load(&[
        ("minos.toml", "[shared.newtype.Code]\ntype = \"string\"\n"),
        ("shared/x.toml", "[newtype.Plate]\ntype = \"string\"\n"),
    ]);
    assert_eq!(tree.kernel.newtypes.len(), 2);
}

#[test]
fn bytes_that_are_no_text_are_one_report() {
    let files = vec![("minos.toml".into(), b"[project]\nname = \"\xff\"\n".to_vec())];
    let (_, tree, sink) = minos::syntax::load(files);
    assert_eq!(sink.found().iter().map(|d| d.code).collect::<Vec<_>>(), [2]);
    assert!(tree.broken);
}

#[test]
fn order_of_the_text_is_kept_and_order_of_tables_is_free() {
    let a = "[aggregate.B]\nstate.z = \"int\"\nstate.a = \"int\"\n[aggregate.A]\nstate = []\n";
    let (_, tree, _) = load(&[("minos.toml", ""), ("domain/x.toml", a)]);
    let names: Vec<&str> =
        tree.contexts[0].aggregates.iter().map(|a| a.head.name.text.as_str()).collect();
    assert_eq!(names, ["B", "A"]);
    let fields: Vec<&str> =
        tree.contexts[0].aggregates[0].state.iter().map(|f| f.name.text.as_str()).collect();
    assert_eq!(fields, ["z", "a"]);
}
