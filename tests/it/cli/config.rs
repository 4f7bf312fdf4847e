//! `minos config show`: which setting is in force, and where it comes from.

use serde_json::Value;

use super::Sandbox;

/// The value and origin of a setting.
fn of(sandbox: &Sandbox, line: &str, name: &str) -> (String, String) {
    let out = sandbox.ends(0, line).out;
    let row = out.lines().find(|row| row.starts_with(name)).unwrap_or_else(|| panic!("{out}"));
    let words: Vec<&str> = row.split_whitespace().collect();
    (words[1].to_owned(), words[2..].join(" "))
}

#[test]
fn a_flag_wins_over_a_variable_over_the_project_over_the_user_over_the_default() {
    let sandbox = Sandbox::with_example("minimal");
    let home = sandbox.path().join("home").display().to_string();
    let sandbox = sandbox.env("XDG_CONFIG_HOME", &home);
    let show = "config show --origin";
    let is = |sandbox: &Sandbox, line: &str, value: &str, origin: &str| {
        assert_eq!(of(sandbox, line, "color"), (value.to_owned(), origin.to_owned()), "{line}");
    };
    is(&sandbox, show, "auto", "default");
    sandbox.put("home/minos/settings", "# mine\ncolor = never\nport = 0\n");
    is(&sandbox, show, "never", "$XDG_CONFIG_HOME/minos/settings");
    sandbox.put(".config/minos/settings", "color = \"always\"\n");
    is(&sandbox, show, "always", ".config/minos/settings");
    assert!(sandbox.ends(2, "check nowhere").err.contains('\u{1b}'), "it is in force");
    assert_eq!(of(&sandbox, show, "port").1, "$XDG_CONFIG_HOME/minos/settings");
    let sandbox = sandbox.env("MINOS_COLOR", "never");
    is(&sandbox, show, "never", "MINOS_COLOR");
    is(&sandbox, "--color always config show --origin", "always", "--color");
    let json: Value = serde_json::from_str(&sandbox.ends(0, "config show --json").out).unwrap();
    let format = &json["settings"][0];
    assert_eq!(format["name"], "format");
    assert_eq!((json["schema_version"].as_i64(), &format["origin"]), (Some(1), &"default".into()));
    sandbox.ends(0, "sync");
    sandbox.ends(0, "sync --check");
    assert_eq!(sandbox.read(".config/minos/settings"), "color = \"always\"\n");
}

#[test]
fn a_mistake_in_settings_is_told_with_its_place() {
    for (text, place, hint) in [
        ("color = never\ncolour = never\n", ":2: colour is no setting", "did you mean color?"),
        ("color = sometimes\n", ":1: color cannot be \"sometimes\"", "auto, always, never"),
        ("\nport = 99999\n", ":2: port cannot be \"99999\"", "up to 65535"),
        ("no-input = perhaps\n", ":1: no-input cannot be \"perhaps\"", "t, true, on"),
        ("color\n", ":1: a line is `name = value`", "names: format, color"),
    ] {
        let sandbox = Sandbox::with_example("minimal");
        sandbox.put(".config/minos/settings", text);
        let answer = sandbox.ends(2, "check");
        assert!(answer.err.contains(&format!(".config/minos/settings{place}")), "{answer:?}");
        assert!(answer.err.contains(hint), "{answer:?}");
    }
}
