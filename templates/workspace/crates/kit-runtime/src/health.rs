//! `/health` and `/ready`: whether the process lives, and whether it can do its work.
//!
//! Keeps true: `/health` is always 200 and shows every part; `/ready` is 503 when the database
//! does not answer within a second or no other service does, and 200 with `degraded` when another
//! part has trouble. It
//! repairs nothing.

use std::collections::{BTreeMap, BTreeSet};
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

type Probe = Arc<dyn Fn() -> Pin<Box<dyn Future<Output = Condition> + Send>> + Send + Sync>;

/// The condition of every part of a process.
#[derive(Clone, Default)]
pub struct Health {
    parts: Arc<Mutex<BTreeMap<String, Condition>>>,
    probes: Arc<Mutex<BTreeMap<String, Probe>>>,
    neighbours: Arc<Mutex<BTreeSet<String>>>,
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
        self.ask(part, move || {
            let answer = probe();
            async move {
                answer.await.map_or_else(|detail| Condition::Down { detail }, |()| Condition::Ok)
            }
        });
    }

    /// Note what should answer, such as another service. The process is ready as long as one of
    /// these is up.
    pub fn watch<F, Fut>(&self, part: &str, probe: F)
    where
        F: Fn() -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Condition> + Send + 'static,
    {
        if let Ok(mut neighbours) = self.neighbours.lock() {
            neighbours.insert(format!("{}{part}", self.owner));
        }
        self.ask(part, probe);
    }

    /// Note what tells its condition when it is asked.
    pub fn ask<F, Fut>(&self, part: &str, probe: F)
    where
        F: Fn() -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Condition> + Send + 'static,
    {
        if let Ok(mut probes) = self.probes.lock() {
            probes.insert(format!("{}{part}", self.owner), Arc::new(move || Box::pin(probe())));
        }
    }

    async fn report(&self) -> Report {
        let neighbours = self.neighbours.lock().map(|it| it.clone()).unwrap_or_default();
        Report::new(self.look().await, &neighbours)
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
                Ok(Ok(condition)) => condition,
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
    fn new(components: BTreeMap<String, Condition>, neighbours: &BTreeSet<String>) -> Self {
        let is_down = |part: &Condition| matches!(part, Condition::Down { .. });
        let (others, own): (Vec<_>, Vec<_>) =
            components.iter().partition(|(name, _)| neighbours.contains(*name));
        let alone = !others.is_empty() && others.iter().all(|(_, part)| is_down(part));
        let status = if alone || own.iter().any(|(_, part)| is_down(part)) {
            "down"
        } else if components.values().any(|part| *part != Condition::Ok) {
            "degraded"
        } else {
            "ok"
        };
        Self { status, components }
    }
}

async fn health(State(health): State<Health>) -> Response {
    Json(health.report().await).into_response()
}

async fn ready(State(health): State<Health>) -> Response {
    let mut report = health.report().await;
    if health.stop.phase() > Phase::Serving {
        report.status = "stopping";
    }
    let unready = matches!(report.status, "down" | "stopping");
    let status = if unready { StatusCode::SERVICE_UNAVAILABLE } else { StatusCode::OK };
    (status, Json(report)).into_response()
}
