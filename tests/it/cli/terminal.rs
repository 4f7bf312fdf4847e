//! What is asked on a terminal. `script` of util-linux, which every Linux has, gives one.

use std::io::{Read as _, Write as _};
use std::process::Stdio;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use super::{Sandbox, flow};

/// Longer than anything takes: what is waited for never came.
const HANG: Duration = Duration::from_secs(120);

/// A conversation on a terminal of its own.
struct Terminal {
    child: std::process::Child,
    pieces: Receiver<Vec<u8>>,
    seen: String,
}

impl Terminal {
    fn new(sandbox: &Sandbox, line: &str) -> Self {
        let minos = sandbox.command(&[]);
        let program = minos.get_program().to_str().unwrap();
        let line = line.replace("minos ", &format!("{program} "));
        let mut command = std::process::Command::new("script");
        command.args(["-qefc", &line, "/dev/null"]).current_dir(sandbox.path());
        command.env_clear().envs(minos.get_envs().filter_map(|(name, value)| Some((name, value?))));
        command.env("TERM", "xterm").stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut out = child.stdout.take().unwrap();
        let (sender, pieces) = channel();
        std::thread::spawn(move || {
            let mut bytes = [0; 4096];
            while let Ok(count @ 1..) = out.read(&mut bytes) {
                if sender.send(bytes[..count].to_vec()).is_err() {
                    break;
                }
            }
        });
        Self { child, pieces, seen: String::new() }
    }

    /// Wait until the terminal shows a text, and type.
    fn answer(&mut self, shown: &str, typed: &str) {
        while !self.seen.contains(shown) {
            let piece = self.pieces.recv_timeout(HANG);
            let piece = piece.unwrap_or_else(|_| panic!("no {shown:?} in\n{}", self.seen));
            self.seen.push_str(&String::from_utf8_lossy(&piece));
        }
        self.seen.clear();
        self.child.stdin.as_mut().unwrap().write_all(typed.as_bytes()).unwrap();
    }

    /// The rest of what is shown, and the exit code.
    fn end(mut self) -> (String, i32) {
        while let Ok(piece) = self.pieces.recv_timeout(HANG) {
            self.seen.push_str(&String::from_utf8_lossy(&piece));
        }
        let code = self.child.wait().unwrap().code().unwrap_or(-1);
        (self.seen, code)
    }
}

fn project() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.ends(0, "new project p --example minimal -q");
    sandbox
}

#[test]
fn what_is_missing_is_asked_and_the_line_is_said_again() {
    let sandbox = project();
    let mut terminal = Terminal::new(&sandbox, "minos --project p add command");
    terminal.answer("name of the command?", "ScrapTool\r");
    terminal.answer("does it act on one, or does it create one? (on, creates) [on]", "\r");
    terminal.answer("a field,", "why: string(1..80)\r");
    terminal.answer("a field,", "\r");
    let (shown, code) = terminal.end();
    assert_eq!(code, 0, "{shown}");
    let line = "the same without questions: minos add command desk.ScrapTool 'why: string(1..80)' --on Tool";
    assert!(shown.contains(line), "{shown}");
    let table = "[command.ScrapTool]\non = \"Tool\"\nfields = [\"why: string(1..80)\"]\nemit = \"ToolScrapped\"\n";
    assert!(sandbox.read("p/minos.toml").contains(table));
    let mut terminal = Terminal::new(&sandbox, "minos new project q");
    terminal.answer("which example to start from?", "\r");
    let (shown, code) = terminal.end();
    assert_eq!(code, 0, "{shown}");
    let line = "the same without questions: minos new project q --example minimal";
    assert!(shown.contains(line), "{shown}");
}

#[test]
fn a_wrong_answer_is_asked_again() {
    let sandbox = project();
    let mut terminal = Terminal::new(&sandbox, "minos new project q");
    terminal.answer("which example to start from?", "nonsense\r");
    terminal.answer("there is no such one", "\u{15}lending\r");
    let (shown, code) = terminal.end();
    assert_eq!(code, 0, "{shown}");
    assert!(sandbox.path().join("q/domain/lending.toml").is_file());
}

#[test]
fn ctrl_c_at_a_question_leaves_nothing_and_gives_the_terminal_back() {
    let sandbox = project();
    let before = flow::files(&sandbox.path());
    // The shell lives on: between two keys Ctrl-C is for all of the terminal.
    let line = "trap : INT; minos --project p add command; echo \"ended with $?\"; stty -a";
    let mut terminal = Terminal::new(&sandbox, line);
    terminal.answer("name of the command?", "Scrap");
    terminal.answer("Scrap", "\u{1b}\u{3}");
    let (shown, _) = terminal.end();
    assert!(shown.contains("ended with 130"), "{shown}");
    for mode in ["icanon", "echo", "isig", "icrnl"] {
        let is_on = shown.split_whitespace().any(|word| word == mode);
        assert!(is_on, "the terminal is not as it was: {shown}");
    }
    flow::assert_same(&before, &flow::files(&sandbox.path()));
}

#[test]
fn with_no_input_or_yes_nobody_is_asked_on_a_terminal_either() {
    let sandbox = project();
    for line in ["minos --project p add command --no-input", "minos --project p add command -y"] {
        let (shown, code) = Terminal::new(&sandbox, line).end();
        assert_eq!(code, 4, "{shown}");
        assert!(shown.contains("needs NAME"), "{shown}");
    }
    let (shown, code) = Terminal::new(&sandbox, "minos new project q -y").end();
    assert_eq!(code, 0, "{shown}");
}
