//! `/health` and `/ready`: whether the process lives, and whether it can do its work.
//!
//! Keeps true: `/health` is always 200 and shows every part; `/ready` is 503 when the database
//! does not answer within a second, and 200 with `degraded` when another part has trouble. It
//! repairs nothing.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use serde::Serialize;

use crate::service::{Phase, Stop};

/// How long the database may take to answer before it counts as down.
const PATIENCE: Duration = Duration::from_millis(800);

/// How a part of the process is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "state")]
pub enum Condition {
    /// It works.
    Ok,
    /// It does not do all its work; commands still run.
    Degraded {
        /// What is wrong, without secrets.
        detail: String,
    },
    /// It does not work, and nothing can be served without it.
    Down {
        /// What is wrong, without secrets.
        detail: String,
    },
}

type Probe =
    Arc<dyn Fn() -> Pin<Box<dyn Future<Output = Result<(), String>> + Send>> + Send + Sync>;

/// The condition of every part of a process.
#[derive(Clone, Default)]
pub struct Health {
    parts: Arc<Mutex<BTreeMap<String, Condition>>>,
    probes: Arc<Mutex<BTreeMap<String, Probe>>>,
    stop: Stop,
    owner: String,
}

impl Health {
    /// The health of a process that stops by `stop`.
    #[must_use]
    pub fn new(stop: Stop) -> Self {
        Self { stop, ..Self::default() }
    }

    /// The same health, for the parts of one service of the process.
    #[must_use]
    pub fn part_of(&self, service: &str) -> Self {
        Self { owner: format!("{service} "), ..self.clone() }
    }

    /// Note how a part is.
    pub fn set(&self, part: &str, condition: Condition) {
        if let Ok(mut parts) = self.parts.lock() {
            parts.insert(format!("{}{part}", self.owner), condition);
        }
    }

    /// Note what must answer for the process to be ready, such as a database.
    pub fn require<F, Fut>(&self, part: &str, probe: F)
    where
        F: Fn() -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<(), String>> + Send + 'static,
    {
        if let Ok(mut probes) = self.probes.lock() {
            probes.insert(format!("{}{part}", self.owner), Arc::new(move || Box::pin(probe())));
        }
    }

    /// Ask every required part, and add the conditions that the others noted.
    pub async fn look(&self) -> BTreeMap<String, Condition> {
        let mut parts = self.parts.lock().map(|parts| parts.clone()).unwrap_or_default();
        let probes = self.probes.lock().map(|probes| probes.clone()).unwrap_or_default();
        let asked: Vec<_> = probes
            .into_iter()
            .map(|(part, probe)| (part, tokio::spawn(tokio::time::timeout(PATIENCE, probe()))))
            .collect();
        for (part, answer) in asked {
            let condition = match answer.await {
                Ok(Ok(Ok(()))) => Condition::Ok,
                Ok(Ok(Err(detail))) => Condition::Down { detail },
                Ok(Err(_)) => Condition::Down { detail: "no answer in time".to_owned() },
                Err(_) => Condition::Down { detail: "the probe failed".to_owned() },
            };
            parts.insert(part, condition);
        }
        parts
    }

    /// The routes `/health` and `/ready`.
    pub fn routes(&self) -> Router {
        Router::new()
            .route("/health", get(health))
            .route("/ready", get(ready))
            .with_state(self.clone())
    }
}

#[derive(Serialize)]
struct Report {
    status: &'static str,
    components: BTreeMap<String, Condition>,
}

impl Report {
    fn new(components: BTreeMap<String, Condition>) -> Self {
        let any = |test: fn(&Condition) -> bool| components.values().any(test);
        let status = if any(|part| matches!(part, Condition::Down { .. })) {
            "down"
        } else if any(|part| matches!(part, Condition::Degraded { .. })) {
            "degraded"
        } else {
            "ok"
        };
        Self { status, components }
    }
}

async fn health(State(health): State<Health>) -> Response {
    Json(Report::new(health.look().await)).into_response()
}

async fn ready(State(health): State<Health>) -> Response {
    let mut report = Report::new(health.look().await);
    if health.stop.phase() > Phase::Serving {
        report.status = "stopping";
    }
    let unready = matches!(report.status, "down" | "stopping");
    let status = if unready { StatusCode::SERVICE_UNAVAILABLE } else { StatusCode::OK };
    (status, Json(report)).into_response()
}
