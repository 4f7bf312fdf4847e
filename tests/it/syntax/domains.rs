//! Whole domains: those of the language's description lower without a report.

use camino::Utf8Path;
use minos::syntax;

use super::lines;

fn domain(name: &str) -> Vec<String> {
    let folder = Utf8Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/domains").join(name);
    let files = syntax::read_dir(&folder).expect("the domain is there");
    lines(&syntax::load(files))
}

#[test]
fn the_first_domain_is_clean() {
    assert_eq!(domain("toolshare"), Vec::<String>::new());
}

#[test]
fn the_complete_system_is_clean() {
    assert_eq!(domain("garage"), Vec::<String>::new());
}

#[test]
fn constructs_of_stage_two_are_answered_once_each() {
    let table = |name: &str| format!("`[{name}]` is not built yet");
    let key = |of: &str, name: &str| format!("{of}: `{name}` is not built yet");
    let expected: Vec<String> = ["port", "process", "translate", "access"]
        .map(table)
        .into_iter()
        .chain([key("route", "stream")])
        .chain([table("grpc")])
        .collect();
    let found: Vec<String> = domain("garage-stage2")
        .iter()
        .map(|line| {
            let message = line.splitn(3, ' ').nth(2).expect("code, place, message");
            assert!(line.starts_with("MN050 "), "{line}");
            message.to_owned()
        })
        .collect();
    assert_eq!(found, expected);
}
