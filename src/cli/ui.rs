//! The only writer to the terminal.

use std::io::Write as _;

use anstyle::{AnsiColor, Style};

use super::env::Terminal;

/// What a run says, and how loudly.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ui {
    pub(super) terminal: Terminal,
    quiet: bool,
    verbose: u8,
}

/// The meaning of a colour.
#[derive(Debug, Clone, Copy)]
pub(super) enum Tone {
    Good,
    Change,
    Bad,
}

impl Tone {
    fn style(self) -> Style {
        match self {
            Self::Good => AnsiColor::Green.on_default(),
            Self::Change => AnsiColor::Yellow.on_default(),
            Self::Bad => AnsiColor::Red.on_default().bold(),
        }
    }
}

impl Ui {
    pub(super) fn new(terminal: Terminal, quiet: bool, verbose: u8) -> Self {
        Self { terminal, quiet, verbose }
    }

    /// A result, to standard output.
    pub(super) fn result(self, text: &str) {
        let mut out = std::io::stdout().lock();
        // A reader that has gone away is no reason to fail.
        let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    }

    /// What a run did or would do, to standard output, unless it should be quiet.
    pub(super) fn list(self, text: &str) {
        if !self.quiet {
            self.result(text);
        }
    }

    /// Something that is always worth knowing, to standard error.
    pub(super) fn error(self, text: &str) {
        let mut err = std::io::stderr().lock();
        let _ = err.write_all(text.as_bytes());
    }

    /// What happened, unless it should be quiet.
    pub(super) fn say(self, text: &str) {
        if !self.quiet {
            self.error(text);
        }
    }

    /// More about it, with `-v`.
    pub(super) fn detail(self, text: &str) {
        if self.verbose > 0 {
            self.error(text);
        }
    }

    /// A text for standard error in a colour, where there are colours.
    pub(super) fn toned(self, tone: Tone, text: &str) -> String {
        paint(self.terminal.err_colour, tone, text)
    }

    /// The same for standard output.
    pub(super) fn toned_result(self, tone: Tone, text: &str) -> String {
        paint(self.terminal.out_colour, tone, text)
    }
}

fn paint(colour: bool, tone: Tone, text: &str) -> String {
    if !colour {
        return text.to_owned();
    }
    let style = tone.style();
    format!("{style}{text}{style:#}")
}
