//! The five processes of the first bookshelf, all of this one program: a process for each command and each view, and the
//! gateway in front.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

const PROGRAM: &str = env!("CARGO_BIN_EXE_bookshelf");
const FOLDER: &str = env!("CARGO_TARGET_TMPDIR");
const PATIENCE: Duration = Duration::from_secs(30);

struct Process {
    child: Child,
    address: String,
}

impl Process {
    /// The program with these arguments, when it listens.
    fn start(args: &[&str]) -> Self {
        let mut command = Command::new(PROGRAM);
        command.env_clear().current_dir(FOLDER).arg("serve").args(args);
        command.args(["--http-addr", "127.0.0.1:0"]).stdout(Stdio::piped());
        let mut child = command.spawn().expect("it starts");
        let log = BufReader::new(child.stdout.take().expect("it has a log"));
        let mut lines = log.lines().map_while(Result::ok);
        let line = lines.find(|line| line.contains("\"listening\"")).expect("it listens");
        let address = line.split("http://").nth(1).and_then(|rest| rest.split('"').next());
        Self { address: address.expect("it tells where").to_owned(), child }
    }

    /// A service process that does one thing.
    fn role(role: &str) -> Self {
        let database = format!("{FOLDER}/five.db");
        let args = ["--service", "books", "--database-url", &database, "--role", role];
        Self::start(&args)
    }

    /// Status and body of an answer.
    fn ask(&self, line: &str, body: &str) -> (u16, String) {
        let mut stream = TcpStream::connect(&self.address).expect("it listens");
        stream.set_read_timeout(Some(PATIENCE)).expect("it can be set");
        let length = body.len();
        let head = format!("{line} HTTP/1.0\r\ncontent-length: {length}\r\n");
        let head = format!("{head}content-type: application/json\r\n\r\n{body}");
        stream.write_all(head.as_bytes()).expect("it reads");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("it answers");
        let (head, body) = answer.split_once("\r\n\r\n").expect("it is an answer");
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
        (status.expect("it has a status"), body.to_owned())
    }

    /// The titles of a list, in its order.
    fn titles(&self, path: &str) -> Vec<String> {
        let (status, body) = self.ask(&format!("GET {path}"), "");
        assert_eq!(status, 200, "{body}");
        let titles = body.split("\"title\":\"").skip(1);
        titles.filter_map(|rest| rest.split('"').next().map(str::to_owned)).collect()
    }

    fn titles_until(&self, path: &str, expected: &[&str]) {
        let deadline = Instant::now() + PATIENCE;
        while self.titles(path) != expected {
            assert!(Instant::now() < deadline, "{path}: still {:?}", self.titles(path));
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// All five.
struct Shelf {
    add: Process,
    finish: Process,
    list: Process,
    last: Process,
    gateway: Process,
}

impl Shelf {
    fn start() -> Self {
        let add = Process::role("commands:add_book,relay");
        let finish = Process::role("commands:finish_book");
        let list = Process::role("views:book_list");
        let last = Process::role("views:last_read_books");
        let url = |process: &Process| format!("http://{}", process.address);
        let args = [
            "--service",
            "gateway",
            "--books-url",
            &url(&add),
            "--books-finish-book-url",
            &url(&finish),
            "--books-book-list-url",
            &url(&list),
            "--books-last-read-books-url",
            &url(&last),
        ];
        let gateway = Process::start(&args);
        Self { add, finish, list, last, gateway }
    }
}

const LIST: &str = "/bookshelf/books";
const LAST: &str = "/bookshelf/books/last/read";

#[test]
fn five_processes_of_one_program_are_the_bookshelf() {
    for suffix in ["", "-wal", "-shm"] {
        let _ = std::fs::remove_file(format!("{FOLDER}/five.db{suffix}"));
    }
    let shelf = Shelf::start();
    let titles = ["One", "Two", "Three", "Four", "Five", "Six", "Seven"];
    let mut ids = Vec::new();
    for title in titles {
        let body = format!(r#"{{"title":"{title}","author":"Jane Austen"}}"#);
        let (status, body) = shelf.gateway.ask("POST /bookshelf/books", &body);
        assert_eq!(status, 201, "{body}");
        let id = body.split("\"book_id\":\"").nth(1).and_then(|rest| rest.split('"').next());
        ids.push(id.expect("it has an id").to_owned());
    }
    for id in ids.iter().take(6) {
        let line = format!("POST /bookshelf/books/{id}/finished");
        assert_eq!(shelf.gateway.ask(&line, ""), (204, String::new()));
    }
    let newest = ["Six", "Five", "Four", "Three", "Two"];
    shelf.gateway.titles_until(LIST, &titles);
    shelf.gateway.titles_until(LAST, &newest);

    // Each does one thing, and one thing only.
    let id = ids.first().expect("there is a book");
    let book = r#"{"title":"Eight","author":"Jane Austen"}"#;
    for other in [&shelf.finish, &shelf.list, &shelf.last] {
        assert_eq!(other.ask("POST /books", book).0, 404);
    }
    for other in [&shelf.add, &shelf.list, &shelf.last] {
        assert_eq!(other.ask(&format!("POST /books/{id}/finished"), "").0, 404);
    }
    for other in [&shelf.add, &shelf.finish, &shelf.last] {
        assert_eq!(other.ask("GET /books", "").0, 404);
    }
    for other in [&shelf.add, &shelf.finish, &shelf.list] {
        assert_eq!(other.ask("GET /books/last/read", "").0, 404);
    }
    assert_eq!(shelf.list.titles("/books"), titles);
    assert_eq!(shelf.last.titles("/books/last/read"), newest);

    drop(shelf);
    let shelf = Shelf::start();
    assert_eq!(shelf.gateway.titles(LIST), titles, "after a restart of everything");
    assert_eq!(shelf.gateway.titles(LAST), newest, "after a restart of everything");
}

#[test]
fn what_no_process_can_be_is_refused() {
    for (args, reason) in [
        (["--service", "books", "--role", "commands:burn_book"], "there is no command burn_book"),
        (["--service", "books", "--role", "views:best"], "there is no view best"),
        (["--service", "shop", "--role", "all"], "SERVICE is `shop`; write gateway, books"),
    ] {
        let output = Command::new(PROGRAM).env_clear().current_dir(FOLDER).args(args).output();
        let output = output.expect("it starts");
        let error = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success() && error.contains(reason), "{args:?}: {error}");
    }
}
