//! Whole domains.

use super::{check, check_text, resolve};

const TOOLSHARE: &str = include_str!("../../../tests/domains/toolshare/minos.toml");
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
