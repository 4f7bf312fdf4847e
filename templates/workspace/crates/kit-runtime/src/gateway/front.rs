//! The front: the table as routes, with what all of them share.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{RawPathParams, Request};
use axum::http::{HeaderName, HeaderValue, Method, header};
use axum::response::IntoResponse as _;
use axum::routing::{MethodFilter, get, on};
use tokio::sync::Semaphore;

use super::compose::compose;
use super::forward::forward;
use super::table::{Does, Line, Side, Table};
use super::upstream::{Upstream, Upstreams};
use crate::config::{Config, ConfigError, Entry};
use crate::health::{Condition, Health};
use crate::service::Stop;

/// What the setting of the hosts means.
const HOSTS: &str = "names with a dot that it is asked for, with commas, such as `shop.example,*.shop.test`; \
                     `*` for any";

/// What a front allows.
#[derive(Debug, Clone)]
pub(crate) struct Limits {
    /// How long an answer may take to begin, and a piece of it to follow.
    pub timeout: Duration,
    /// The longest request body, in bytes.
    pub max_body: u64,
    /// How many requests are worked on at a time.
    pub concurrent: usize,
}

impl Limits {
    /// The settings that say them.
    pub fn entries(table: &Table) -> Vec<Entry> {
        vec![
            Entry::new("REQUEST_TIMEOUT", &table.timeout, "how long an answer may take to begin"),
            Entry::new("MAX_CONCURRENT", "1024", "requests that are worked on at a time"),
            Entry::new("PUBLIC_HOSTS", "", HOSTS),
        ]
    }

    /// What the settings say.
    pub fn read(config: &Config) -> Result<Self, ConfigError> {
        let number = config.number("MAX_BODY_BYTES")?;
        Ok(Self {
            timeout: config.duration("REQUEST_TIMEOUT")?,
            max_body: u64::try_from(number).unwrap_or(u64::MAX),
            concurrent: config.number("MAX_CONCURRENT")?,
        })
    }
}

/// What every route of a gateway uses.
#[derive(Debug)]
pub(crate) struct Front {
    pub(super) prefix: String,
    pub(super) upstreams: Upstreams,
    pub(super) limits: Limits,
    pub(super) free: Arc<Semaphore>,
    pub(super) stop: Stop,
    pub(super) dev: bool,
}

impl Front {
    /// The routes of `table`, answered by `upstreams`.
    pub fn routes(
        table: &Table,
        upstreams: Upstreams,
        limits: Limits,
        stop: &Stop,
        dev: bool,
    ) -> Router {
        let front = Arc::new(Self {
            prefix: table.prefix.clone(),
            upstreams,
            free: Arc::new(Semaphore::new(limits.concurrent.min(Semaphore::MAX_PERMITS))),
            limits,
            stop: stop.clone(),
            dev,
        });
        let mut router = Router::new();
        for line in &table.lines {
            let (front, line) = (front.clone(), Arc::new(line.clone()));
            let (path, filter) = (format!("{}{}", table.prefix, line.path), filter(&line.method));
            let handler = move |params: RawPathParams, request: Request| {
                let (front, line) = (front.clone(), line.clone());
                async move {
                    match &line.does {
                        Does::Forward { context, side } => {
                            forward(&front, &line, context, *side, request).await
                        }
                        Does::Compose(parts) => {
                            compose(&front, &line, parts, &params, request).await
                        }
                    }
                }
            };
            router = router.route(&path, on(filter, handler));
        }
        match table.document {
            Some(text) => router.route("/openapi.json", get(async move || document(text))),
            None => router,
        }
    }

    /// The upstream of a side; none only when the table names a context that is not there.
    pub(super) fn upstream(
        &self,
        context: &str,
        side: Side,
        name: Option<&str>,
    ) -> Option<&Upstream> {
        self.upstreams.get(context, side, name)
    }

    /// When an answer to `line` has to begin.
    pub(super) fn patience(&self, line: &Line) -> Duration {
        line.timeout.unwrap_or(self.limits.timeout)
    }
}

fn document(text: &'static str) -> impl axum::response::IntoResponse {
    let cached = HeaderValue::from_static("max-age=60");
    let json = HeaderValue::from_static("application/json");
    let open =
        (HeaderName::from_static("access-control-allow-origin"), HeaderValue::from_static("*"));
    ([(header::CONTENT_TYPE, json), (header::CACHE_CONTROL, cached), open], text).into_response()
}

fn filter(method: &str) -> MethodFilter {
    let method = Method::from_bytes(method.as_bytes()).unwrap_or(Method::GET);
    MethodFilter::try_from(method).unwrap_or(MethodFilter::GET)
}

/// Let `health` ask every upstream that is another process.
pub(super) fn watch(health: &Health, upstreams: &Upstreams) {
    let mut parts: BTreeMap<String, Upstream> = BTreeMap::new();
    for (context, sides) in &upstreams.0 {
        parts.insert(context.clone(), sides.write.clone());
        for (name, upstream) in &sides.named {
            parts.insert(format!("{context} {name}"), upstream.clone());
        }
        if let (Upstream::There(write), Upstream::There(read)) = (&sides.write, &sides.read)
            && !Arc::ptr_eq(write, read)
        {
            parts.insert(format!("{context} views"), sides.read.clone());
        }
    }
    for (part, upstream) in parts {
        if let Upstream::There(pool) = upstream {
            health.watch(&part, move || {
                let pool = pool.clone();
                async move { condition(&pool).await }
            });
        }
    }
}

/// How the instances of an upstream are.
async fn condition(pool: &super::pool::Pool) -> Condition {
    let mut well = 0;
    let mut degraded = false;
    for index in 0..pool.len() {
        let mut request = Request::new(axum::body::Body::empty());
        *request.uri_mut() = axum::http::Uri::from_static("/ready");
        let Ok(response) = pool.send_to(index, request).await else { continue };
        if response.status().is_success() {
            well += 1;
            let body = axum::body::to_bytes(axum::body::Body::new(response), 1 << 16).await;
            let report = body.ok().and_then(|body| serde_json::from_slice(&body).ok());
            let report: serde_json::Value = report.unwrap_or_default();
            degraded |= report.get("status").is_some_and(|status| status == "degraded");
        }
    }
    let all = pool.len();
    match (well, degraded) {
        (0, _) => Condition::Down { detail: "no instance is ready".to_owned() },
        (well, _) if well < all => {
            Condition::Degraded { detail: format!("{well} of {all} instances are ready") }
        }
        (_, true) => Condition::Degraded { detail: "it does not do all its work".to_owned() },
        _ => Condition::Ok,
    }
}
