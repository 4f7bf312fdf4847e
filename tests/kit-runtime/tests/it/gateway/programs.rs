//! The gateway and its services as programs: killed, moved, told to stop.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::sync::Arc;

use axum::Router;
use axum::routing::get;
use serde_json::{Value, json};
use tokio::sync::Notify;

use super::{Stub, nowhere};
use crate::processes::{Program, receive, send};

#[test]
fn services_behind_the_gateway_are_killed_moved_and_found_again() {
    let folders = [(); 3].map(|()| tempfile::tempdir().unwrap());
    let desk = Program::start("desk", folders[0].path(), &["--office-url", &nowhere()]);
    let (first, second) = (nowhere(), nowhere());
    let at = |url: &str| url.trim_start_matches("http://").to_owned();
    let desk_url = format!("http://{}", desk.address);
    let office = |url: &str| {
        let args = ["--http-addr", &at(url), "--desk-url", &desk_url];
        Program::start("office", folders[1].path(), &args)
    };
    let one = office(&first);
    let both = format!("{first},{second}");
    let front = Program::start(
        "gateway",
        folders[2].path(),
        &["--desk-url", &desk_url, "--office-url", &both],
    );
    let (status, made) = front.ask("POST /api/tools", &json!({ "name": "saw" })).unwrap();
    assert_eq!(status, 201, "{made}");
    let id = made["tool_id"].as_str().unwrap();
    let lend = json!({ "borrower": "ann", "weeks": 1 });
    assert_eq!(front.ask(&format!("POST /api/tools/{id}/lend"), &lend).unwrap().0, 200);
    front.until("/api/borrowers", |it| !it["items"][0].is_null());
    let details = format!("/api/tool-details/{id}");
    let whole = front.until(&details, |it| !it["account"].is_null());
    assert_eq!(
        (&whole["tool"]["name"], &whole["account"]["borrower"]),
        (&json!("saw"), &json!("ann"))
    );

    one.kill();
    let (status, problem) = front.ask("GET /api/borrowers", &Value::Null).unwrap();
    assert_eq!((status, &problem["code"]), (502, &json!("bad_gateway")));
    let (status, whole) = front.ask(&format!("GET {details}"), &Value::Null).unwrap();
    assert_eq!((status, &whole["errors"][0]["part"]), (200, &json!("account")), "{whole}");
    let (status, health) = front.ask("GET /health", &Value::Null).unwrap();
    assert_eq!((status, &health["status"]), (200, &json!("degraded")));
    assert_eq!(health["components"]["office"]["state"], "down");
    assert_eq!(health["components"]["desk"]["state"], "degraded", "it has no office, either");
    assert_eq!(front.ask("GET /ready", &Value::Null).unwrap().0, 200);

    let two = office(&second);
    let (status, rows) = front.ask("GET /api/borrowers", &Value::Null).unwrap();
    assert_eq!((status, &rows["items"][0]["borrower"]), (200, &json!("ann")));
    two.stop();
    let log = front.stop();
    let line = log.iter().find(|line| line.contains("request_completed") && line.contains("/lend"));
    let line: Value = serde_json::from_str(line.unwrap()).unwrap();
    assert_eq!(line["http.route"], "/api/tools/{tool_id}/lend");
    assert_eq!(
        (&line["upstream"], &line["http.response.status_code"]),
        (&json!("desk"), &json!(200))
    );
    assert_eq!(line["correlation_id"], "the-conversation");
    assert!(line["duration_us"].is_u64(), "{line}");
    let desk = desk.stop();
    assert!(desk.iter().any(|line| line.contains("/lend") && line.contains("the-conversation")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gateway_that_is_told_to_stop_finishes_what_it_has() {
    let (there, go) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let held = {
        let (there, go) = (there.clone(), go.clone());
        async move || {
            there.notify_one();
            go.notified().await;
            "\"tool\""
        }
    };
    let stub = Stub::of(Router::new().route("/tools/{tool_id}", get(held))).await;
    let folder = tempfile::tempdir().unwrap();
    let args = ["--desk-url", stub.url.as_str(), "--office-url", &nowhere(), "--drain-wait", "0"];
    let mut front = Program::start("gateway", folder.path(), &args);
    let mut slow = TcpStream::connect(&front.address).unwrap();
    send(&mut slow, "GET /api/tools/1", &Value::Null).unwrap();
    there.notified().await;
    front.signal("TERM");
    front.line_with("draining");
    go.notify_one();
    assert_eq!(receive(&mut slow), Some((200, json!("tool"))));
    front.line_with("\"stopped\"");
    assert!(front.child.wait().unwrap().success());
    let mut late = String::new();
    let refused = TcpStream::connect(&front.address).and_then(|mut it| {
        it.write_all(b"GET / HTTP/1.0\r\n\r\n").and(it.read_to_string(&mut late))
    });
    assert!(refused.is_err() || late.is_empty());
}

#[test]
fn the_gateway_says_what_is_wrong_with_its_settings() {
    let folder = tempfile::tempdir().unwrap();
    let run = |args: &[&str]| {
        let output = crate::processes::command("gateway", folder.path())
            .args(args)
            .stderr(std::process::Stdio::piped())
            .output()
            .unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        (output.status.success(), text(output.stdout), text(output.stderr))
    };
    let (fine, help, _) = run(&["--help"]);
    assert!(
        fine && help.contains("| `DESK_URL` | `--desk-url` | `http://127.0.0.1:8001` |"),
        "{help}"
    );
    assert!(help.contains("`DESK_VIEWS_URL`") && !help.contains("LOG_TOKEN"), "{help}");
    for (args, reason) in [
        (vec!["fly"], "there is no command `fly`"),
        (vec!["--desk-url", "desk"], "DESK_URL is `desk`"),
        (vec!["--request-timeout", "soon"], "REQUEST_TIMEOUT is `soon`"),
    ] {
        let (fine, _, error) = run(&args);
        assert!(!fine && error.contains(reason), "{args:?}: {error}");
    }
}
