//! An answer put together from answers of several services.
//!
//! Keeps true: a part is asked as soon as what it needs is there, so independent parts run at the
//! same time; a part that cannot be had makes the whole fail only when it is required; values of
//! one answer reach another request as one segment or one parameter, whatever they hold.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use axum::Json;
use axum::body::{Body, to_bytes};
use axum::extract::{RawPathParams, Request};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use serde_json::{Map, Value, json};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout_at};

use super::forward::{admit, no_answer, peer, too_slow};
use super::front::Front;
use super::headers;
use super::parts::{filled, texts};
use super::table::{Line, Part};
use super::upstream::Upstream;
use crate::http::{Problem, Served};
use crate::telemetry::{self, Trace};

/// The longest answer of one part, in bytes.
const LONGEST: usize = 4 << 20;
/// For how many elements a part is asked at most.
const MOST_ELEMENTS: usize = 500;
/// How many of them are asked at a time.
const AT_A_TIME: usize = 32;

/// Answer with an object of all parts.
pub(super) async fn compose(
    front: &Front,
    line: &Line,
    parts: &[Part],
    params: &RawPathParams,
    request: Request,
) -> Response {
    let route = format!("{}{}", front.prefix, line.path);
    let contexts: BTreeSet<&str> = parts.iter().map(|part| part.context).collect();
    let upstream = contexts.into_iter().collect::<Vec<_>>().join(",");
    let mut response = match admit(front) {
        Ok(_permit) => {
            let (mut head, _) = request.into_parts();
            let from = peer(&head);
            headers::inbound(&mut head.headers, from, front.dev);
            let fields = params.iter().map(|(name, text)| (name.to_owned(), text.to_owned()));
            let mut whole = Whole {
                front,
                parts,
                fields: fields.collect(),
                headers: Arc::new(headers::for_part(&head.headers)),
                deadline: Instant::now() + front.patience(line),
                found: BTreeMap::new(),
                errors: Vec::new(),
            };
            match whole.gather().await {
                Ok(()) => Json(whole.document()).into_response(),
                Err(problem) => problem.into_response(),
            }
        }
        Err(problem) => problem.into_response(),
    };
    response.extensions_mut().insert(Served { route, upstream });
    response
}

/// What came of one part.
type Outcome = Result<Value, Problem>;

struct Whole<'a> {
    front: &'a Front,
    parts: &'a [Part],
    fields: BTreeMap<String, String>,
    headers: Arc<HeaderMap>,
    deadline: Instant,
    found: BTreeMap<&'static str, Value>,
    errors: Vec<Value>,
}

impl Whole<'_> {
    /// Ask all parts, each as soon as it can be.
    async fn gather(&mut self) -> Result<(), Problem> {
        let mut waiting: Vec<&Part> = self.parts.iter().collect();
        let mut running: JoinSet<(&'static str, Outcome)> = JoinSet::new();
        loop {
            let mut asked = false;
            for part in std::mem::take(&mut waiting) {
                if part.needs(self.parts).all(|name| self.found.contains_key(name)) {
                    self.ask(part, &mut running)?;
                    asked = true;
                } else {
                    waiting.push(part);
                }
            }
            if asked && running.is_empty() {
                continue;
            }
            let Some(ended) = running.join_next().await else { break };
            let (name, outcome) = ended.map_err(|_| Problem::internal())?;
            self.take(name, outcome)?;
        }
        if waiting.is_empty() { Ok(()) } else { Err(Problem::internal()) }
    }

    /// Note what came of a part; a required one that failed ends the whole.
    fn take(&mut self, name: &'static str, outcome: Outcome) -> Result<(), Problem> {
        let value = match outcome {
            Ok(value) => value,
            Err(problem) => {
                let part = self.parts.iter().find(|part| part.name == name);
                let first = part.is_some_and(|part| part.needs(self.parts).next().is_none());
                if !part.is_some_and(|part| part.optional) {
                    return Err(failed(name, first, problem));
                }
                let (status, code) = (problem.status.as_u16(), problem.code.as_ref());
                self.errors.push(json!({ "part": name, "status": status, "code": code }));
                Value::Null
            }
        };
        self.found.insert(name, value);
        Ok(())
    }

    /// Begin to ask a part, or know at once that there is nothing to ask.
    fn ask(
        &mut self,
        part: &Part,
        running: &mut JoinSet<(&'static str, Outcome)>,
    ) -> Result<(), Problem> {
        let name = part.name;
        let mut args: BTreeMap<&'static str, Vec<String>> = BTreeMap::new();
        for (arg, value) in &part.args {
            let texts = self.texts(value);
            if texts.is_empty() {
                let nothing = if part.each { Value::Object(Map::new()) } else { Value::Null };
                return self.take(name, Ok(nothing));
            }
            args.insert(arg, texts);
        }
        let Some(upstream) = self.front.upstream(part.context, part.side, part.named.as_deref())
        else {
            return self.take(name, Err(Problem::internal()));
        };
        let call = Call {
            upstream: upstream.clone(),
            context: part.context,
            path: part.path,
            headers: self.headers.clone(),
            deadline: self.deadline,
        };
        let each = part.each;
        let trace = telemetry::current().unwrap_or_else(Trace::start);
        running.spawn(telemetry::scoped(trace, "gateway", async move {
            let outcome = if each { call.each(args).await } else { call.one(single(args)).await };
            (name, outcome)
        }));
        Ok(())
    }

    /// The texts of a value: a field of the path, or fields of another part.
    fn texts(&self, value: &[&'static str]) -> Vec<String> {
        match value {
            [name] if self.fields.contains_key(*name) => {
                self.fields.get(*name).cloned().into_iter().collect()
            }
            [part, path @ ..] => {
                self.found.get(part).map_or_else(Vec::new, |found| texts(found, path))
            }
            [] => Vec::new(),
        }
    }

    fn document(self) -> Value {
        let parts = self.found.into_iter().map(|(name, value)| (name.to_owned(), value));
        let mut document: Map<String, Value> = parts.collect();
        if !self.errors.is_empty() {
            document.insert("errors".to_owned(), Value::Array(self.errors));
        }
        Value::Object(document)
    }
}

/// What the whole answers when a required part failed: the part's own answer when the part is what
/// the path asks for, else that a part is missing.
fn failed(name: &str, first: bool, problem: Problem) -> Problem {
    let client = problem.status.is_client_error();
    if first && client {
        return problem;
    }
    let (status, code) = match problem.status {
        StatusCode::GATEWAY_TIMEOUT => (problem.status, problem.code),
        _ => (StatusCode::BAD_GATEWAY, "part_missing".into()),
    };
    Problem::new(status, code, "a part of the answer cannot be had now").with("part", name)
}

/// The first text of each argument.
fn single(args: BTreeMap<&'static str, Vec<String>>) -> BTreeMap<&'static str, String> {
    args.into_iter().filter_map(|(name, texts)| Some((name, texts.into_iter().next()?))).collect()
}

/// A part that is asked.
#[derive(Clone)]
struct Call {
    upstream: Upstream,
    context: &'static str,
    path: &'static str,
    headers: Arc<HeaderMap>,
    deadline: Instant,
}

impl Call {
    async fn one(&self, args: BTreeMap<&'static str, String>) -> Outcome {
        let mut request = Request::new(Body::empty());
        *request.uri_mut() = filled(self.path, &args).parse().map_err(|_| Problem::internal())?;
        *request.headers_mut() = (*self.headers).clone();
        let read = async {
            let response = self.upstream.send(request).await;
            let response = response.map_err(|trouble| no_answer(self.context, &trouble))?;
            let status = response.status();
            let bytes = to_bytes(response.into_body(), LONGEST).await;
            let bytes = bytes.map_err(|_| unreadable())?;
            let value = serde_json::from_slice(&bytes);
            match value {
                Ok(value) if status.is_success() => Ok(value),
                Err(_) if status.is_success() => Err(unreadable()),
                value => Err(told(status, &value.unwrap_or_default())),
            }
        };
        timeout_at(self.deadline, read).await.unwrap_or_else(|_| Err(too_slow(self.context)))
    }

    /// An object from each different element to its answer; null for one that is not there.
    async fn each(self, args: BTreeMap<&'static str, Vec<String>>) -> Outcome {
        let many = args.iter().max_by_key(|(_, texts)| texts.len()).map(|(name, _)| *name);
        let Some(many) = many else { return Ok(Value::Object(Map::new())) };
        let elements: BTreeSet<String> = args.get(many).into_iter().flatten().cloned().collect();
        if elements.len() > MOST_ELEMENTS {
            let detail = "the part has too many elements";
            return Err(Problem::new(StatusCode::BAD_GATEWAY, "too_many_elements", detail));
        }
        let rest = single(args.into_iter().filter(|(name, _)| *name != many).collect());
        let free = Arc::new(Semaphore::new(AT_A_TIME));
        let trace = telemetry::current().unwrap_or_else(Trace::start);
        let mut running = JoinSet::new();
        for element in elements {
            let (call, free, mut args) = (self.clone(), free.clone(), rest.clone());
            args.insert(many, element.clone());
            running.spawn(telemetry::scoped(trace.clone(), "gateway", async move {
                let _turn = free.acquire_owned().await;
                (element, call.one(args).await)
            }));
        }
        let mut found = Map::new();
        while let Some(ended) = running.join_next().await {
            let (element, outcome) = ended.map_err(|_| Problem::internal())?;
            let value = match outcome {
                Ok(value) => value,
                Err(problem) if problem.status == StatusCode::NOT_FOUND => Value::Null,
                Err(problem) => return Err(problem),
            };
            found.insert(element, value);
        }
        Ok(Value::Object(found))
    }
}

fn unreadable() -> Problem {
    Problem::new(StatusCode::BAD_GATEWAY, "bad_gateway", "a part of the answer cannot be read")
}

/// The problem that a service told.
fn told(status: StatusCode, body: &Value) -> Problem {
    let text = |name: &str| body.get(name).and_then(Value::as_str).unwrap_or("").to_owned();
    let code = Some(text("code")).filter(|code| !code.is_empty());
    Problem::new(status, code.unwrap_or_else(|| "bad_gateway".to_owned()), text("detail"))
}
