//! Whole domains.

use super::{check, check_text, resolve};

pub(super) const TOOLSHARE: &str = include_str!("../../../tests/domains/toolshare/minos.toml");
pub(super) const GARAGE: [(&str, &str); 3] = [
    ("minos.toml", include_str!("../../../tests/domains/garage/minos.toml")),
    ("domain/stock.toml", include_str!("../../../tests/domains/garage/domain/stock.toml")),
    ("domain/workshop.toml", include_str!("../../../tests/domains/garage/domain/workshop.toml")),
];

#[test]
fn the_first_domain_is_clean() {
    assert_eq!(check_text(TOOLSHARE), "");
}

#[test]
fn the_garage_is_clean() {
    assert_eq!(check(&GARAGE), "");
}

/// What stage 2 will build is answered once per construct, and nothing that uses it is blamed.
#[test]
fn constructs_of_stage_2_are_answered_once_each() {
    let found = check(&[
        ("minos.toml", include_str!("../../../tests/domains/garage-stage2/minos.toml")),
        (
            "domain/stock.toml",
            include_str!("../../../tests/domains/garage-stage2/domain/stock.toml"),
        ),
        (
            "domain/workshop.toml",
            include_str!("../../../tests/domains/garage-stage2/domain/workshop.toml"),
        ),
    ]);
    let codes: Vec<&str> = found.lines().filter_map(|line| line.split(' ').nth(1)).collect();
    assert!(codes.iter().all(|code| *code == "MN050"), "{found}");
    assert_eq!(codes.len(), 9, "{found}");
}

#[test]
fn routes_follow_from_names() {
    let (model, ..) = resolve(&[("minos.toml", TOOLSHARE)]);
    let routes = model.expect("a clean domain has a model").routes;
    let lines: Vec<String> =
        routes.iter().map(|r| format!("{} {}", r.method.as_str(), r.path)).collect();
    assert_eq!(
        lines,
        [
            "GET /shelf",
            "POST /tools",
            "GET /tools/{tool_id}",
            "POST /tools/{tool_id}/lend",
            "POST /tools/{tool_id}/return",
        ]
    );
}
