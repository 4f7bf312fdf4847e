//! Where sagas stand, for people and for tools: `GET /_kit/sagas`.

use std::sync::Arc;

use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::command::Failure;
use crate::http::Problem;
use crate::service::Service;
use crate::store::{SagaFilter, SagaRow, SagaStatus};
use crate::transport::guarded;

/// Most sagas in one answer.
const MOST: u32 = 500;

type Asked = Arc<[Service]>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Params {
    saga: Option<String>,
    status: Option<String>,
    correlation_id: Option<String>,
    limit: Option<u32>,
}

/// The route that lists the sagas of these services, the last changed first; with a token, only for those who send it.
/// What a saga remembers is not shown.
pub fn routes(services: impl IntoIterator<Item = Service>, token: Option<&str>) -> Router {
    let asked: Asked = services.into_iter().filter(|it| !it.sagas().is_empty()).collect();
    guarded(Router::new().route("/_kit/sagas", get(list)).with_state(asked), token)
}

async fn list(State(services): State<Asked>, Query(params): Query<Params>) -> Response {
    let status = match params.status.as_deref().map(SagaStatus::parse) {
        None => None,
        Some(Some(status)) => Some(status),
        Some(None) => return unknown_status().into_response(),
    };
    let limit = params.limit.unwrap_or(100).clamp(1, MOST);
    let filter =
        SagaFilter { saga: params.saga, status, correlation_id: params.correlation_id, limit };
    let mut rows = Vec::new();
    for service in &*services {
        match service.store().list_sagas(filter.clone()).await {
            Ok(found) => rows.extend(found),
            Err(error) => return Problem::from(Failure::Store(error)).into_response(),
        }
    }
    rows.sort_by(|a, b| (b.updated_at, a.id).cmp(&(a.updated_at, b.id)));
    rows.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    Json(json!({ "items": rows.into_iter().map(shown).collect::<Vec<_>>() })).into_response()
}

fn unknown_status() -> Problem {
    let detail = "status is running, compensating, completed, compensated or parked";
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", detail)
}

fn shown(row: SagaRow) -> Value {
    let mut shown = json!({
        "saga": row.saga,
        "id": row.id,
        "status": row.status.as_str(),
        "correlation_id": row.correlation_id,
        "started_at": row.started_at,
        "updated_at": row.updated_at,
    });
    let more = [
        ("step", row.step.map(Value::from)),
        ("reason", row.reason.map(Value::from)),
        ("due_at", row.due_at.map(|due| due.to_string().into())),
    ];
    if let Some(fields) = shown.as_object_mut() {
        fields.extend(more.into_iter().filter_map(|(name, of)| Some((name.to_owned(), of?))));
    }
    shown
}
