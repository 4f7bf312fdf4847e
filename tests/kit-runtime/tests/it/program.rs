//! A program that a test starts, asks over sockets, stops and kills.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use serde_json::Value;

const PROGRAM: &str = env!("CARGO_BIN_EXE_lending-probe");

/// A running program.
pub struct Program {
    pub child: Child,
    /// What it logs, taken off its pipe at once: a full pipe would stop it.
    lines: Receiver<String>,
    pub address: String,
    /// The log lines read so far.
    log: Vec<String>,
}

pub fn command(what: &str, folder: &Path) -> Command {
    let mut command = Command::new(PROGRAM);
    command.env_clear().env("PROBE", what).current_dir(folder);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    command
}

impl Program {
    pub fn start(what: &str, folder: &Path, args: &[&str]) -> Self {
        Self::start_as(what, folder, args, &[])
    }

    /// The same with an environment.
    pub fn start_as(what: &str, folder: &Path, args: &[&str], env: &[(&str, &str)]) -> Self {
        let mut command = command(what, folder);
        command.envs(env.iter().copied());
        command.args(["serve", "--dev", "--http-addr", "127.0.0.1:0"]).args(args);
        Self::run(command)
    }

    /// A program that logs to a pipe, when it listens.
    pub fn run(mut command: Command) -> Self {
        let mut child = command.spawn().unwrap();
        let mut output = BufReader::new(child.stdout.take().unwrap());
        let (sender, lines) = channel();
        std::thread::spawn(move || {
            let mut line = String::new();
            while output.read_line(&mut line).is_ok_and(|length| length > 0) {
                if sender.send(std::mem::take(&mut line)).is_err() {
                    return;
                }
            }
        });
        let mut program = Self { child, lines, address: String::new(), log: Vec::new() };
        let line = program.line_with("listening");
        let line: Value = serde_json::from_str(&line).unwrap();
        line["url"]
            .as_str()
            .unwrap()
            .trim_start_matches("http://")
            .clone_into(&mut program.address);
        program
    }

    /// The next log line with this text.
    pub fn line_with(&mut self, text: &str) -> String {
        loop {
            let line = self.lines.recv_timeout(Duration::from_secs(60));
            let line = line.unwrap_or_else(|_| panic!("no line with {text}: {:?}", self.log));
            self.log.push(line.clone());
            if line.contains(text) {
                return line;
            }
        }
    }

    /// Status and body of one request; none when there is no whole answer.
    pub fn ask(&self, line: &str, body: &Value) -> Option<(u16, Value)> {
        let mut stream = TcpStream::connect(&self.address).ok()?;
        stream.set_read_timeout(Some(Duration::from_secs(10))).ok()?;
        send(&mut stream, line, body)?;
        receive(&mut stream)
    }

    pub fn until(&self, path: &str, expected: impl Fn(&Value) -> bool) -> Value {
        let deadline = Instant::now() + Duration::from_secs(20);
        loop {
            let (_, body) = self.ask(&format!("GET {path}"), &Value::Null).unwrap();
            if expected(&body) {
                return body;
            }
            assert!(Instant::now() < deadline, "still {body}");
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    pub fn signal(&self, name: &str) {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args(["-s", name, &id]).status().unwrap().success());
    }

    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Stop it and give its log.
    pub fn stop(mut self) -> Vec<String> {
        self.signal("TERM");
        self.line_with("\"stopped\"");
        assert!(self.child.wait().unwrap().success());
        std::mem::take(&mut self.log)
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub fn send(stream: &mut TcpStream, line: &str, body: &Value) -> Option<()> {
    let body = if body.is_null() { String::new() } else { body.to_string() };
    let length = body.len();
    let head =
        format!("{line} HTTP/1.0\r\ncontent-type: application/json\r\ncontent-length: {length}");
    stream
        .write_all(format!("{head}\r\nx-correlation-id: the-conversation\r\n\r\n{body}").as_bytes())
        .ok()
}

pub fn receive(stream: &mut TcpStream) -> Option<(u16, Value)> {
    let mut text = String::new();
    stream.read_to_string(&mut text).ok()?;
    let (head, body) = text.split_once("\r\n\r\n")?;
    let status = head.split(' ').nth(1)?.parse().ok()?;
    Some((status, serde_json::from_str(body).unwrap_or_default()))
}
