//! Colours, widths, characters, and who is asked.

use minos::cli::{Colour, colour};

use super::Sandbox;

const BROKEN: &str = "[project]\nnmae = \"x\"\n";

fn decided(flag: Option<bool>, vars: &[(&str, &str)], terminal: bool) -> bool {
    let var =
        |name: &str| vars.iter().find(|(n, _)| *n == name).map(|(_, value)| (*value).to_owned());
    colour(flag, var, terminal) == Colour::Yes
}

#[test]
fn the_flag_wins_then_no_color_then_force_then_the_terminal() {
    let all = [("NO_COLOR", "1"), ("CLICOLOR_FORCE", "1"), ("CLICOLOR", "0"), ("TERM", "dumb")];
    assert!(decided(Some(true), &all, false));
    assert!(!decided(Some(false), &[("CLICOLOR_FORCE", "1")], true));
    assert!(!decided(None, &all, true));
    assert!(decided(None, &all[1..], false));
    assert!(!decided(None, &all[2..], true));
    assert!(!decided(None, &all[3..], true));
    assert!(!decided(None, &[("CLICOLOR", "0")], true));
    assert!(decided(None, &[("NO_COLOR", ""), ("CLICOLOR_FORCE", "0"), ("CLICOLOR", "1")], true));
    assert!(!decided(None, &[], false));
}

#[test]
fn a_pipe_gets_no_escape_codes_unless_it_is_told() {
    let has =
        |answer: &super::Answer| answer.out.contains('\u{1b}') || answer.err.contains('\u{1b}');
    let plain = Sandbox::new();
    plain.put("minos.toml", BROKEN);
    for line in ["check", "synk", "--help", "sync", "explain MN004", "new project"] {
        assert!(!has(&plain.run(line)), "minos {line}");
    }
    assert!(has(&plain.run("check --color always")));
    assert!(has(&plain.run("--color=always synk")));
    let forced = Sandbox::new().env("CLICOLOR_FORCE", "1");
    forced.put("minos.toml", BROKEN);
    assert!(has(&forced.run("check")));
    assert!(!has(&forced.run("check --color never")));
    let no = Sandbox::new().env("CLICOLOR_FORCE", "1").env("NO_COLOR", "1");
    no.put("minos.toml", BROKEN);
    assert!(!has(&no.run("check")));
    assert!(has(&no.run("check --color always")));
}

#[test]
fn no_hyperlinks_and_no_progress_in_a_pipe() {
    let sandbox = Sandbox::new().env("CLICOLOR_FORCE", "1");
    let answer = sandbox.ends(0, "new project p --example minimal");
    for text in [answer.out, answer.err] {
        assert!(!text.contains("\u{1b}]8;"), "a hyperlink: {text}");
        assert!(!text.contains('\r'), "a progress line: {text}");
    }
    sandbox.ends(0, "--no-progress new project q --example minimal");
}

#[test]
fn reports_fit_40_and_200_columns_and_keep_paths_whole() {
    for (columns, most) in [("40", 60), ("200", 200)] {
        let sandbox = Sandbox::new().env("COLUMNS", columns);
        let path = "domain/a_context_with_a_rather_long_name.toml";
        sandbox.put("minos.toml", "[project]\nname = \"x\"\n");
        sandbox.put(
            path,
            "[aggregate.Order]\nstatsu = [\"a_status_with_a_long_name\", \"another_one\"]\n",
        );
        let answer = sandbox.ends(1, "check");
        assert!(answer.out.contains(path), "{}", answer.out);
        let widest =
            answer.out.lines().filter(|l| !l.contains(path)).map(|l| l.chars().count()).max();
        assert!(widest.unwrap() <= most, "{columns}: {}", answer.out);
    }
}

#[test]
fn frames_are_ascii_where_the_locale_is_not_utf8() {
    let text = BROKEN;
    let ascii = Sandbox::new().env("LANG", "C");
    ascii.put("minos.toml", text);
    assert!(ascii.ends(1, "check").out.is_ascii());
    let unicode = Sandbox::new();
    unicode.put("minos.toml", text);
    assert!(!unicode.ends(1, "check").out.is_ascii());
    let first = Sandbox::new().env("LC_ALL", "C");
    first.put("minos.toml", text);
    assert!(first.ends(1, "check").out.is_ascii());
}

#[test]
fn nobody_is_asked_without_a_terminal() {
    let sandbox = Sandbox::new();
    for line in ["new project p", "new project p --no-input"] {
        let answer = sandbox.ends(4, line);
        assert!(answer.err.contains("minos new project p --example minimal"), "{}", answer.err);
        assert!(answer.out.is_empty());
        assert!(!sandbox.path().join("p").exists());
    }
    sandbox.ends(0, "new project p --yes");
    let disabled = Sandbox::new().env("MINOS_PROMPT_DISABLED", "1");
    disabled.ends(4, "new project p");
}
