//! What the terminal can show.

use std::io::IsTerminal as _;

use super::args::{Global, When};

/// Where the answer to "colours or not" came from; the first that speaks decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Colour {
    /// With escape codes.
    Yes,
    /// Plain.
    No,
}

/// Whether to use colours: the flag, then `NO_COLOR`, `CLICOLOR_FORCE`, `CLICOLOR=0` and
/// `TERM=dumb`, then whether it is a terminal.
pub fn colour(
    flag: Option<bool>,
    var: impl Fn(&str) -> Option<String>,
    is_terminal: bool,
) -> Colour {
    let set = |name: &str| var(name).filter(|value| !value.is_empty());
    let yes = match flag {
        Some(flag) => flag,
        None if set("NO_COLOR").is_some() => false,
        None if set("CLICOLOR_FORCE").is_some_and(|value| value != "0") => true,
        None if set("CLICOLOR").as_deref() == Some("0") => false,
        None if set("TERM").as_deref() == Some("dumb") => false,
        None => is_terminal,
    };
    if yes { Colour::Yes } else { Colour::No }
}

/// The terminal as it is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Terminal {
    pub(super) out_colour: bool,
    pub(super) err_colour: bool,
    /// Columns for reports.
    pub(super) width: usize,
    /// Whether characters beyond ASCII come through.
    pub(super) unicode: bool,
    /// Whether somebody can be asked.
    pub(super) can_ask: bool,
    /// Whether a line may be replaced by the next one.
    pub(super) progress: bool,
}

impl Terminal {
    pub(super) fn look(global: &Global) -> Self {
        let var = |name: &str| std::env::var(name).ok();
        let flag = match global.color {
            When::Always => Some(true),
            When::Never => Some(false),
            When::Auto => None,
        };
        let (out, err) = (std::io::stdout().is_terminal(), std::io::stderr().is_terminal());
        Self {
            out_colour: colour(flag, var, out) == Colour::Yes,
            err_colour: colour(flag, var, err) == Colour::Yes,
            width: var("COLUMNS").and_then(|c| c.parse().ok()).unwrap_or(100),
            unicode: is_utf8(var),
            can_ask: std::io::stdin().is_terminal() && err && !global.no_input,
            progress: err
                && !global.no_progress
                && var("CI").is_none()
                && var("TERM").as_deref() != Some("dumb"),
        }
    }
}

/// By the locale, as the C library chooses it; other systems than Unix have Unicode.
fn is_utf8(var: impl Fn(&str) -> Option<String>) -> bool {
    if !cfg!(unix) {
        return true;
    }
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"]
        .into_iter()
        .find_map(|name| var(name).filter(|value| !value.is_empty()))
        .unwrap_or_default()
        .to_lowercase();
    locale.contains("utf-8") || locale.contains("utf8")
}
