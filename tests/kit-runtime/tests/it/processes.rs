//! Real processes: started, asked over sockets, stopped, killed.

use std::io::{BufRead as _, BufReader};
use std::net::TcpStream;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

pub use crate::program::{Program, command, receive, send};

fn add_and_lend(program: &Program, name: &str, borrower: &str) {
    let (status, made) = program.ask("POST /tools", &json!({ "name": name })).unwrap();
    assert_eq!(status, 201, "{made}");
    let lend = format!("POST /tools/{}/lend", made["tool_id"].as_str().unwrap());
    let (status, body) = program.ask(&lend, &json!({ "borrower": borrower, "weeks": 1 })).unwrap();
    assert_eq!(status, 200, "{body}");
}

#[test]
fn a_program_that_is_told_to_stop_finishes_what_it_has() {
    let folder = tempfile::tempdir().unwrap();
    let mut program = Program::start("", folder.path(), &["--drain-wait", "300ms"]);
    add_and_lend(&program, "saw", "ann");
    assert_eq!(program.ask("GET /ready", &Value::Null).unwrap().0, 200);
    program.signal("TERM");
    program.line_with("draining");
    let (status, ready) = program.ask("GET /ready", &Value::Null).unwrap();
    assert_eq!((status, ready["status"].clone()), (503, json!("stopping")));
    let late = program.ask("POST /tools", &json!({ "name": "axe" })).unwrap();
    assert_eq!(late.0, 201, "commands run until the load balancer knows: {}", late.1);
    program.line_with("\"stopped\"");
    assert!(program.child.wait().unwrap().success());
    let program = Program::start("", folder.path(), &[]);
    program.until("/find-tools", |it| it["items"].as_array().unwrap().len() == 2);
    let took = Instant::now();
    program.stop();
    assert!(took.elapsed() < Duration::from_secs(5), "all in one, the wait is 0");
}

#[test]
fn a_second_signal_does_not_wait() {
    let folder = tempfile::tempdir().unwrap();
    let mut program = Program::start("", folder.path(), &["--drain-wait", "60s"]);
    program.signal("TERM");
    program.line_with("draining");
    program.signal("INT");
    program.line_with("\"stopped\"");
    assert!(program.child.wait().unwrap().success());
}

#[test]
fn one_search_finds_everything_a_request_did() {
    let folder = tempfile::tempdir().unwrap();
    let program = Program::start("", folder.path(), &[]);
    add_and_lend(&program, "saw", "ann");
    program.until("/borrowers/ann", |it| it["charged"] == 1);
    let mut events = Vec::new();
    for line in program.stop() {
        let line: Value = serde_json::from_str(&line).expect("every line is JSON");
        assert!(line.get("trace_id").is_some(), "{line}");
        if line["correlation_id"] == "the-conversation" && !line["event.name"].is_null() {
            events.push(line["event.name"].as_str().unwrap().to_owned());
        }
    }
    for name in ["request_started", "request_completed", "event_published", "command_done"] {
        assert!(events.iter().any(|it| it == name), "{name} in {events:?}");
    }
}

#[test]
fn the_text_format_is_for_people() {
    let folder = tempfile::tempdir().unwrap();
    let mut child = command("desk", folder.path());
    let mut child = child
        .args([
            "--log-format",
            "text",
            "--http-addr",
            "127.0.0.1:0",
            "--office-url",
            "http://127.0.0.1:9",
        ])
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    while !line.contains("listening") {
        line.clear();
        lines.read_line(&mut line).unwrap();
    }
    let address = line.split("http://").nth(1).unwrap().trim().to_owned();
    let mut stream = TcpStream::connect(&address).unwrap();
    send(&mut stream, "POST /tools", &json!({ "name": "saw" })).unwrap();
    assert_eq!(receive(&mut stream).unwrap().0, 201);
    let mut seen = Vec::new();
    while seen.len() < 2 {
        line.clear();
        lines.read_line(&mut line).unwrap();
        if line.starts_with("[the-conversation]") {
            seen.push(line.trim().to_owned());
        }
    }
    assert_eq!(seen, ["[the-conversation] POST /tools", "[the-conversation] PUBLISH tool.added"]);
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn a_rebuild_gives_equal_rows() {
    let folder = tempfile::tempdir().unwrap();
    let program = Program::start("", folder.path(), &[]);
    for place in 0..7 {
        add_and_lend(&program, &format!("tool {place}"), "ann");
    }
    program.until("/borrowers/ann", |it| it["charged"] == 7);
    let paths = ["/find-tools?limit=5", "/loans?limit=5", "/borrowers"];
    let read = |program: &Program| {
        paths.map(|path| program.ask(&format!("GET {path}"), &Value::Null).unwrap().1)
    };
    program.until("/loans?limit=5", |it| it["items"].as_array().unwrap().len() == 5);
    let before = read(&program);
    program.stop();
    for view in ["names", "borrowers"] {
        let mut rebuild = command("", folder.path());
        assert!(rebuild.args(["rebuild", view]).status().unwrap().success());
    }
    let program = Program::start("", folder.path(), &[]);
    assert_eq!(read(&program), before);
    add_and_lend(&program, "the last", "ann");
    program.until("/borrowers/ann", |it| it["charged"] == 8 && it["loans"] == 8);
    program.until("/loans/the%20last", |it| it["loans"] == 1);
    program.stop();
}

#[test]
fn subcommands_say_what_is_wrong() {
    let folder = tempfile::tempdir().unwrap();
    let run = |args: &[&str]| {
        let mut command = command("desk", folder.path());
        let output = command.args(args).stderr(Stdio::piped()).output().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        (output.status.success(), text(output.stdout), text(output.stderr))
    };
    let (fine, help, _) = run(&["--help"]);
    assert!(
        fine && help.contains("| `DATABASE_URL` | `--database-url` | `.data/desk.db` |"),
        "{help}"
    );
    assert!(run(&["migrate"]).0);
    assert!(folder.path().join(".data/desk.db").exists());
    for (args, reason) in [
        (vec!["fly"], "there is no command `fly`"),
        (vec!["rebuild", "nothing"], "there is no view nothing"),
        (vec!["--role", "king"], "ROLE is `king`"),
        (vec!["--http-addr", "nowhere"], "HTTP_ADDR is `nowhere`"),
        (vec!["health", "--http-addr", "127.0.0.1:9"], "not ready"),
    ] {
        let (fine, _, error) = run(&args);
        assert!(
            !fine && error.starts_with("error: ") && error.contains(reason),
            "{args:?}: {error}"
        );
    }
    let mut office = command("office", folder.path());
    let output =
        office.args(["migrate", "--database-url", ".data/desk.db"]).stderr(Stdio::piped()).output();
    let error = String::from_utf8(output.unwrap().stderr).unwrap();
    assert!(error.contains("belongs to service `desk`"), "{error}");
}

#[test]
fn the_health_command_asks_the_running_process() {
    let folder = tempfile::tempdir().unwrap();
    let program = Program::start("", folder.path(), &[]);
    let ask = |words: &[&str]| {
        let mut asked = command("", folder.path());
        asked.args(words).args(["--http-addr", &program.address]).stderr(Stdio::null());
        asked.output().unwrap()
    };
    for words in [&["health"][..], &["health", "/health"]] {
        let output = ask(words);
        let report: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert!(output.status.success());
        assert_eq!(report["components"]["desk database"]["state"], "ok");
    }
    assert!(!ask(&["health", "/nowhere"]).status.success(), "it asks where it is told");
    program.stop();
}

/// How many loans the log of the desk holds.
fn lent_in(file: &Path) -> i64 {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let options = kit_runtime::store::Options::new("desk");
        let store = kit_runtime::store::open(file.to_str().unwrap(), options).await.unwrap();
        let all = (0..64).map(|shard| (shard, 0)).collect();
        let records = store.tail(all, 10_000).await.unwrap();
        store.close().await;
        let lent = records.iter().filter(|it| it.event_type == "tool_lent").count();
        i64::try_from(lent).unwrap()
    })
}

/// Killed between commit and dispatch, 200 times: nothing is lost, nothing is doubled.
#[test]
fn two_hundred_kills_lose_nothing_and_double_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let mut sure = 0;
    for round in 0..200_u64 {
        let program = Program::start("", folder.path(), &[]);
        let (status, made) =
            program.ask("POST /tools", &json!({ "name": format!("t{round}") })).unwrap();
        assert_eq!(status, 201, "{made}");
        let lend = format!("POST /tools/{}/lend", made["tool_id"].as_str().unwrap());
        let body = json!({ "borrower": format!("b{}", round % 7), "weeks": 1 });
        if round % 2 == 0 {
            assert_eq!(program.ask(&lend, &body).unwrap().0, 200);
            sure += 1;
        } else {
            let mut stream = TcpStream::connect(&program.address).unwrap();
            send(&mut stream, &lend, &body).unwrap();
            std::thread::sleep(Duration::from_micros(round * 53 % 4_000));
        }
        program.kill();
    }
    let program = Program::start("", folder.path(), &[]);
    add_and_lend(&program, "the last", "b0");
    program.stop();
    let lent = lent_in(&folder.path().join(".data/desk.db"));
    let program = Program::start("", folder.path(), &[]);
    assert!(lent > sure, "{lent} of at least {}", sure + 1);
    let sum = |page: &Value, column: &str| -> i64 {
        page["items"].as_array().unwrap().iter().map(|row| row[column].as_i64().unwrap()).sum()
    };
    let page = program.until("/borrowers", |it| {
        sum(it, "loans") >= lent && sum(it, "charged") >= sum(it, "loans")
    });
    assert_eq!((sum(&page, "loans"), sum(&page, "charged")), (lent, lent));
    for borrower in 0..7 {
        let account = program.ask(&format!("GET /accounts/b{borrower}"), &Value::Null).unwrap().1;
        let rows = page["items"].as_array().unwrap();
        let row = rows.iter().find(|row| row["borrower"] == account["borrower"]).unwrap();
        assert_eq!(account["owed"], row["loans"]);
    }
    program.stop();
}

/// Who logs does not wait for who reads the log.
#[test]
fn a_log_that_nobody_reads_stops_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let args = ["--http-addr", "127.0.0.1:0", "--office-url", "http://127.0.0.1:9"];
    let mut child = command("desk", folder.path()).args(args).spawn().unwrap();
    let mut log = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    while !line.contains("listening") {
        line.clear();
        log.read_line(&mut line).unwrap();
    }
    let line: Value = serde_json::from_str(&line).unwrap();
    let address = line["url"].as_str().unwrap().trim_start_matches("http://").to_owned();
    let ask = || {
        let mut stream = TcpStream::connect(&address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        send(&mut stream, "GET /tools/none", &Value::Null).unwrap();
        receive(&mut stream).map(|(status, _)| status)
    };
    // Two lines of some 300 bytes each: more than a pipe holds.
    for round in 0..400 {
        assert_eq!(ask(), Some(404), "request {round}");
    }
    let id = child.id().to_string();
    assert!(
        std::process::Command::new("kill").args(["-s", "TERM", &id]).status().unwrap().success()
    );
    let deadline = Instant::now() + Duration::from_secs(20);
    while child.try_wait().unwrap().is_none() {
        assert!(Instant::now() < deadline, "it waits for its log to be read");
        std::thread::sleep(Duration::from_millis(20));
    }
    drop(log);
}
