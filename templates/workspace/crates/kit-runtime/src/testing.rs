//! Tests of a whole service without a port: requests go straight to its router, its database is a file.
//!
//! Keeps true: a read sees what this probe wrote before it, because every answer's position travels with the next
//! request. Failed expectations panic, as tests do; nothing outside tests uses this module.

use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::http::Request;
use serde_json::Value;
use tower::ServiceExt as _;

use crate::http::{MAX_WAIT, MIN_POSITION, POSITION};
use crate::service::{App, Builder, StartError, Started};

/// An id that nothing has.
const MADE_UP: &str = "00000000-0000-7000-8000-000000000000";

/// A started system and the position of its last answer.
pub struct Probe {
    started: Started,
    position: Mutex<Option<String>>,
}

/// What came back.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// What was asked.
    pub line: String,
    /// The HTTP status.
    pub status: u16,
    /// The body; null when it is not JSON.
    pub body: Value,
}

impl Answer {
    /// The answer, which has this status.
    ///
    /// # Panics
    /// When it has another one.
    #[must_use]
    #[track_caller]
    pub fn is(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}: {}", self.line, self.body);
        self
    }

    /// The answer, which is a refusal with this status and code.
    ///
    /// # Panics
    /// When it is another answer.
    #[must_use]
    #[track_caller]
    pub fn refused(self, status: u16, code: &str) -> Self {
        let answer = self.is(status);
        assert_eq!(answer.body.get("code"), Some(&code.into()), "{}: {}", answer.line, answer.body);
        answer
    }

    /// A text of the body; empty when there is none of this name.
    #[must_use]
    pub fn text(&self, name: &str) -> String {
        match self.body.get(name) {
            Some(Value::String(text)) => text.clone(),
            Some(other) => other.to_string(),
            None => String::new(),
        }
    }
}

impl Probe {
    /// Starts one service with an empty database, without its seed, in this folder. Nobody answers for the contexts it listens to.
    ///
    /// # Panics
    /// When it does not start.
    pub async fn start(service: Builder, folder: &str, name: &str) -> Self {
        let file = fresh(folder, name);
        let sources = service.sources();
        let sources: Vec<String> =
            sources.iter().map(|it| format!("{}_URL", it.to_ascii_uppercase())).collect();
        let mut settings = vec![("DATABASE_URL", file.as_str()), ("DEV", "1"), ("SEED", "0")];
        settings.extend(sources.iter().map(|it| (it.as_str(), "http://127.0.0.1:9")));
        Self::of(service.start(&settings).await)
    }

    /// Starts a system with empty databases, without seeds, of these contexts in this folder.
    ///
    /// # Panics
    /// When it does not start.
    pub async fn start_all(app: App, contexts: &[&str], folder: &str, name: &str) -> Self {
        let settings: Vec<(String, String)> = contexts
            .iter()
            .map(|context| {
                let variable = format!("{}_DATABASE_URL", context.to_ascii_uppercase());
                (variable, fresh(folder, &format!("{name}-{context}")))
            })
            .collect();
        let mut settings: Vec<(&str, &str)> =
            settings.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        settings.extend([("DEV", "1"), ("SEED", "0")]);
        Self::of(app.start(&settings).await)
    }

    /// Starts a system with these settings, as in the environment: with the databases of an earlier probe, say.
    ///
    /// # Panics
    /// When it does not start.
    pub async fn start_with(app: App, settings: &[(&str, &str)]) -> Self {
        Self::of(app.start(settings).await)
    }

    fn of(started: Result<Started, StartError>) -> Self {
        let started = started.expect("the system starts");
        Self { started, position: Mutex::default() }
    }

    /// `GET path`.
    pub async fn get(&self, path: &str) -> Answer {
        self.send("GET", path, None).await
    }

    /// `POST path` with this body.
    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.send("POST", path, Some(body)).await
    }

    /// `GET path`, again and again until the body is as expected: for what another context does about an event.
    ///
    /// # Panics
    /// When it never is.
    pub async fn get_until(&self, path: &str, expected: impl Fn(&Value) -> bool) -> Answer {
        for _ in 0..400 {
            let answer = self.get(path).await;
            if expected(&answer.body) {
                return answer;
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        panic!("GET {path} never answers as expected: {}", self.get(path).await.body);
    }

    /// Asks every line of a table, `METHOD /path`, with made-up ids and an empty body: whatever
    /// comes back, it comes from what the line is for.
    ///
    /// # Panics
    /// When one line is not answered.
    pub async fn answers(&self, lines: &[String]) {
        assert!(!lines.is_empty(), "the table is empty");
        for line in lines {
            let (method, path) = line.split_once(' ').expect("a line is `METHOD /path`");
            let segments = path.split('/').map(|it| if it.starts_with('{') { MADE_UP } else { it });
            let path = segments.collect::<Vec<_>>().join("/");
            let body = (method != "GET").then(|| Value::Object(serde_json::Map::new()));
            let answer = self.send(method, &path, body).await;
            let nothing = answer.status == 404 && answer.text("detail") == "there is nothing here";
            let fine = !nothing && answer.status != 405 && answer.status < 500;
            assert!(fine, "{line} is answered with {}: {}", answer.status, answer.body);
        }
    }

    async fn send(&self, method: &str, path: &str, body: Option<Value>) -> Answer {
        let mut request = Request::builder().method(method).uri(path);
        if let Some(position) = self.position() {
            request = request.header(MIN_POSITION, position).header(MAX_WAIT, "10s");
        }
        let body = body.map_or_else(Body::empty, |body| Body::from(body.to_string()));
        let request = request.header("content-type", "application/json").body(body);
        let request = request.expect("the path is one");
        let Ok(response) = self.started.router.clone().oneshot(request).await;
        let (parts, body) = response.into_parts();
        if let Some(position) = parts.headers.get(POSITION).and_then(|it| it.to_str().ok()) {
            *self.position.lock().unwrap_or_else(PoisonError::into_inner) =
                Some(position.to_owned());
        }
        let bytes = to_bytes(body, usize::MAX).await.expect("the body ends");
        let body = serde_json::from_slice(&bytes).unwrap_or_default();
        Answer { line: format!("{method} {path}"), status: parts.status.as_u16(), body }
    }

    fn position(&self) -> Option<String> {
        self.position.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Stops the system.
    pub async fn end(self) {
        self.started.end(Duration::ZERO, Duration::from_secs(5)).await;
    }
}

/// The path of a database that does not exist yet.
fn fresh(folder: &str, name: &str) -> String {
    let file = Path::new(folder).join(format!("{name}.db"));
    for suffix in ["", "-wal", "-shm"] {
        let mut path = file.clone().into_os_string();
        path.push(suffix);
        // It may not be there; what matters is that it is not afterwards.
        let _ = std::fs::remove_file(path);
    }
    file.to_string_lossy().into_owned()
}
