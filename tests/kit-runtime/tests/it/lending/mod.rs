//! A small system, written by hand: a desk that lends tools, and the office that bills for it.

pub mod contracts;
pub mod desk;
pub mod office;
pub mod tool;

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use kit_runtime::service::{App, Builder, Started};
use serde_json::{Value, json};

use crate::db::{run_sql, server};
use crate::web::{Answer, call};

/// A running process and the folder of its databases.
pub struct Process {
    pub started: Started,
    pub router: Router,
    pub folder: Arc<tempfile::TempDir>,
}

/// The URL of a fresh schema on the PostgreSQL of the tests.
pub async fn schema(name: &str) -> String {
    let schema = format!("{name}_{}", uuid::Uuid::now_v7().simple());
    run_sql(&format!("create schema {schema}")).await;
    format!("{}?options=-csearch_path%3D{schema}", server())
}

/// The path of a context's database.
pub fn file(folder: &tempfile::TempDir, name: &str) -> String {
    folder.path().join(format!("{name}.db")).display().to_string()
}

impl Process {
    /// The desk alone, on a fresh database.
    pub async fn desk() -> Self {
        let folder = Arc::new(tempfile::tempdir().unwrap());
        Self::alone(desk::service(), &folder, &[("DEV", "1")]).await
    }

    /// One service with these settings.
    pub async fn alone(
        builder: Builder,
        folder: &Arc<tempfile::TempDir>,
        settings: &[(&str, &str)],
    ) -> Self {
        let url = file(folder, builder.name());
        let mut all = vec![("DATABASE_URL", url.as_str())];
        all.extend_from_slice(settings);
        Self::of(builder.start(&all).await.unwrap(), folder)
    }

    /// Both services in one process, on fresh databases.
    pub async fn both() -> Self {
        Self::both_in(&Arc::new(tempfile::tempdir().unwrap())).await
    }

    /// Both services in one process, on the databases in `folder`.
    pub async fn both_in(folder: &Arc<tempfile::TempDir>) -> Self {
        let (desk, office) = (file(folder, "desk"), file(folder, "office"));
        let app = App::new("lending").service(desk::service()).service(office::service());
        let settings =
            [("DESK_DATABASE_URL", desk.as_str()), ("OFFICE_DATABASE_URL", &office), ("DEV", "1")];
        Self::of(app.start(&settings).await.unwrap(), folder)
    }

    /// Both services in one process, each on a PostgreSQL schema of its own.
    pub async fn both_on_postgres() -> Self {
        let (desk, office) = (schema("desk").await, schema("office").await);
        let app = App::new("lending").service(desk::service()).service(office::service());
        let settings =
            [("DESK_DATABASE_URL", desk.as_str()), ("OFFICE_DATABASE_URL", &office), ("DEV", "1")];
        let started = app.start(&settings).await.unwrap();
        Self::of(started, &Arc::new(tempfile::tempdir().unwrap()))
    }

    /// A process with its databases.
    pub fn of(started: Started, folder: &Arc<tempfile::TempDir>) -> Self {
        Self { router: started.router.clone(), started, folder: folder.clone() }
    }

    /// `METHOD path` with a JSON body.
    pub async fn call(&self, line: &str, body: Value) -> Answer {
        self.with(line, &[], body).await
    }

    /// The same with headers.
    pub async fn with(&self, line: &str, headers: &[(&str, &str)], body: Value) -> Answer {
        let text = if body.is_null() { String::new() } else { body.to_string() };
        call(&self.router, line, headers, &text).await
    }

    /// `GET path`.
    pub async fn get(&self, path: &str) -> Answer {
        self.call(&format!("GET {path}"), Value::Null).await
    }

    /// Add a tool; gives its id and the position of its first event.
    pub async fn add_tool(&self, name: &str) -> (String, String) {
        let answer = self.call("POST /tools", json!({ "name": name })).await;
        assert_eq!(answer.status, 201, "{}", answer.text);
        let id = answer.json()["tool_id"].as_str().unwrap().to_owned();
        (id, answer.header("position").to_owned())
    }

    /// `GET path`, as soon as its view has reached the position.
    pub async fn get_at(&self, path: &str, position: &str) -> Answer {
        let headers = [("min-position", position), ("max-wait", "10s")];
        self.with(&format!("GET {path}"), &headers, Value::Null).await
    }

    /// `GET path` until the answer is as expected.
    pub async fn until(&self, path: &str, expected: impl Fn(&Answer) -> bool) -> Answer {
        self.until_within(Duration::from_secs(10), path, expected).await
    }

    /// The same with another end to the patience.
    pub async fn until_within(
        &self,
        patience: Duration,
        path: &str,
        expected: impl Fn(&Answer) -> bool,
    ) -> Answer {
        let deadline = Instant::now() + patience;
        loop {
            let answer = self.get(path).await;
            if expected(&answer) {
                return answer;
            }
            assert!(Instant::now() < deadline, "still {}", answer.text);
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// Stop the process; its databases stay.
    pub async fn end(self) -> Arc<tempfile::TempDir> {
        self.started.end(Duration::ZERO, Duration::from_secs(5)).await;
        self.folder
    }
}
