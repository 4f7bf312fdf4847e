//! The handlers of commands and of aggregates.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::{RawPathParams, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use kit::{Aggregate, BuiltIn, Command, Create, Decide, Id as _, Upsert, Violations};
use serde_json::{Value, json};
use uuid::Uuid;

use super::answer::{Asked, Key, refusal, respond, settled};
use super::{Body, Problem, Terms, caller, etag};
use crate::command::{self, Decider, Done, Ended, Failure, Unmet};
use crate::saga;
use crate::service::Service;
use crate::store::{Answer, SagaStatus, StreamKey, Unit};
use crate::telemetry;

/// `POST` of a creating command: 201 with the place of the new aggregate.
pub async fn create<A: Create<C>, C: Command>(
    State(service): State<Service>,
    params: RawPathParams,
    request: Request,
) -> Response {
    let path = Terms::of(&request).place_or(request.uri().path());
    let made = async {
        let (asked, command) = ask::<A, C>(&service, &params, request).await?;
        let chosen = A::id(&command);
        let asked = Asked { fresh: chosen.is_none(), ..asked };
        let id = match chosen {
            Some(id) => id,
            None => command::new_id::<A>(&service, Uuid::now_v7()).await?,
        };
        let decider: Decider<A, C> = |state, id, _, command, cx| {
            kit::decision::create::<A, C>(id, state.is_some(), command, cx)
        };
        Ok::<_, Problem>(run(service, asked, id, command, decider, move |id, done, terms| {
            created::<A>(&path, id, done, terms)
        }))
    };
    match made.await {
        Ok(running) => running.await,
        Err(problem) => problem.into_response(),
    }
}

/// `POST` of a command to an aggregate that exists.
pub async fn command<A: Decide<C>, C: Command>(
    State(service): State<Service>,
    params: RawPathParams,
    request: Request,
) -> Response {
    to_existing(service, params, request, kit::decision::decide::<A, C>).await
}

/// `POST` of a command that makes its aggregate when it is missing.
pub async fn upsert<A: Upsert<C>, C: Command>(
    State(service): State<Service>,
    params: RawPathParams,
    request: Request,
) -> Response {
    to_existing(service, params, request, kit::decision::upsert::<A, C>).await
}

/// `GET` of an aggregate: its state and what is derived from it, from the stream.
pub async fn read<A: Aggregate>(State(service): State<Service>, params: RawPathParams) -> Response {
    let looked = async {
        let id = id_in::<A>(&params).ok_or_else(not_found::<A>)?;
        let standing = command::load::<A>(&service, &id).await?;
        let state = standing.state.ok_or_else(not_found::<A>)?;
        let document = state.document().map_err(Failure::from)?;
        Ok::<_, Problem>(([(header::ETAG, etag(standing.version))], Json(document)))
    };
    match looked.await {
        Ok(found) => found.into_response(),
        Err(problem) => problem.into_response(),
    }
}

async fn to_existing<A: Aggregate, C: Command>(
    service: Service,
    params: RawPathParams,
    request: Request,
    decider: Decider<A, C>,
) -> Response {
    let asked = async {
        let (asked, command) = ask::<A, C>(&service, &params, request).await?;
        let id = id_in::<A>(&params).ok_or_else(not_found::<A>)?;
        Ok::<_, Problem>((asked, command, id))
    };
    match asked.await {
        Ok((asked, command, id)) => {
            run(service, asked, id, command, decider, |_, done, terms| changed(done, terms)).await
        }
        Err(problem) => problem.into_response(),
    }
}

/// Everything that is asked before the domain: role, body, form, bounds, headers.
async fn ask<A: Aggregate, C: Command>(
    service: &Service,
    params: &RawPathParams,
    request: Request,
) -> Result<(Asked, C), Problem> {
    if !service.takes(C::NAME) {
        return Err(Problem::not_found());
    }
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let headers: HeaderMap = request.headers().clone();
    let terms = Terms::of(&request);
    let caller = caller(service, &headers)?;
    let if_match = terms.version(&headers)?;
    let key = Key::read(&headers, service.idempotency(), &terms)?;
    let body = Body::read(request).await?.with(terms.path_fields(), params)?;
    let mut command: C = body.parse()?;
    let mut violations = Violations::default();
    command.check(&mut violations);
    if !violations.is_empty() {
        let refusal = A::Refusal::from(BuiltIn::Invalid(violations));
        return Err(Problem::from(terms.judged(&Unmet::from(&refusal))));
    }
    let key = key.map(|key| key.bind(&method, &path, &caller, &body.canonical()));
    Ok((Asked { caller, fresh: false, if_match, key, terms }, command))
}

/// Decide and commit in a task of its own, which the caller only waits for.
fn run<A: Aggregate, C: Command>(
    service: Service,
    asked: Asked,
    id: A::Id,
    command: C,
    decider: Decider<A, C>,
    success: impl Fn(&A::Id, &Done, &Terms) -> Answer + Send + Sync + 'static,
) -> impl Future<Output = Response> {
    let Asked { caller, fresh, if_match, key, terms } = asked;
    let (trace, name) = (caller.trace.clone(), service.name().to_owned());
    let running = service.stop().enter();
    let work = async move {
        let waits = terms.waits().to_vec();
        let answer = Arc::new(move |id: &A::Id, ended: Result<&Done, &Unmet>| match ended {
            Ok(done) => success(id, done, &terms),
            Err(unmet) => refusal(&terms.judged(unmet)),
        });
        let request = command::Request { id, command, decider, caller, fresh, if_match };
        let expires_at = service.expiry();
        let frame = |ended: Result<&Done, &Unmet>, unit: &mut Unit| {
            unit.idempotency =
                key.as_ref().map(|key| key.keep(answer(&request.id, ended), expires_at));
        };
        let ended = command::execute(&service, &request, &frame).await?;
        log::<C>(&ended);
        Ok::<_, Failure>(match &ended {
            Ended::Done(done) => {
                // What is waited for goes on without the request, so a stop need not wait for it.
                drop(running);
                let place = done.place.map(|place| (place.shard, place.pos));
                let answer = answer(&request.id, Ok(done));
                let answer = awaited::<A>(&service, &waits, done, answer).await?;
                respond(&service, A::NAME, answer, place)
            }
            Ended::Refused(unmet) => {
                respond(&service, A::NAME, answer(&request.id, Err(unmet)), None)
            }
            Ended::Replayed(stored) => settled(&service, A::NAME, key.as_ref(), stored),
            Ended::Moved => Problem::internal().into_response(),
        })
    };
    let task = tokio::spawn(async move { telemetry::scoped(trace, &name, work).await });
    async move {
        match task.await {
            Ok(Ok(response)) => response,
            Ok(Err(failure)) => Problem::from(failure).into_response(),
            Err(error) => {
                tracing::error!(error.type = "panic", exception.message = %error, "panicked");
                Problem::internal().into_response()
            }
        }
    }
}

/// The answer when the sagas that the command started have ended: it then has `saga`, and 202 is its status when one
/// has not.
async fn awaited<A: Aggregate>(
    service: &Service,
    waits: &[(&'static str, Duration)],
    done: &Done,
    answer: Answer,
) -> Result<Answer, Failure> {
    let mut worst: Option<SagaStatus> = None;
    for (saga, at_most) in waits.iter().filter(|_| done.version > done.before) {
        let stream = StreamKey::new(A::NAME, &*done.id);
        let versions = (done.before, done.version);
        let status = saga::end_of(service, saga, stream, versions, *at_most).await?;
        worst = [worst, status].into_iter().flatten().max_by_key(|it| rank(*it));
    }
    let Some(status) = worst else { return Ok(answer) };
    let mut body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    if let Some(members) = body.as_object_mut() {
        members.insert("saga".to_owned(), status.as_str().into());
    }
    let ended = matches!(status, SagaStatus::Completed | SagaStatus::Compensated);
    let status = if ended { answer.status } else { StatusCode::ACCEPTED.as_u16() };
    Ok(Answer { status, body: body.to_string().into_bytes(), ..answer })
}

/// How far from its best end a saga is.
fn rank(status: SagaStatus) -> u8 {
    match status {
        SagaStatus::Completed => 0,
        SagaStatus::Compensated => 1,
        SagaStatus::Running | SagaStatus::Compensating => 2,
        SagaStatus::Parked => 3,
    }
}

fn log<C: Command>(ended: &Ended) {
    let outcome = match ended {
        Ended::Done(done) => done.outcome.unwrap_or("done"),
        Ended::Refused(unmet) => unmet.code,
        Ended::Replayed(_) => "replayed",
        Ended::Moved => "moved",
    };
    tracing::debug!(event.name = "command_handled", command = C::NAME, outcome, "command_handled");
}

fn created<A: Aggregate>(path: &str, id: &A::Id, done: &Done, terms: &Terms) -> Answer {
    let mut body = serde_json::Map::new();
    body.insert(A::id_field(), serde_json::to_value(id).unwrap_or_default());
    body.insert("version".to_owned(), done.version.into());
    let place = format!("{path}/{}", in_path(&done.id));
    let headers = json!({ "etag": format!("\"{}\"", done.version), "location": place });
    let status = terms.status(StatusCode::CREATED).as_u16();
    Answer { status, headers, body: Value::Object(body).to_string().into_bytes() }
}

fn changed(done: &Done, terms: &Terms) -> Answer {
    let mut body = json!({ "version": done.version });
    if let (Some(event), Some(members)) = (done.outcome, body.as_object_mut()) {
        members.insert("outcome".to_owned(), type_name(event).into());
    }
    let headers = json!({ "etag": format!("\"{}\"", done.version) });
    let status = terms.status(StatusCode::OK).as_u16();
    Answer { status, headers, body: body.to_string().into_bytes() }
}

/// `part_refused` as `PartRefused`.
fn type_name(event: &str) -> String {
    let words = event.split('_').map(|word| {
        let mut letters = word.chars();
        let first = letters.next().map(|letter| letter.to_ascii_uppercase());
        first.into_iter().chain(letters).collect::<String>()
    });
    words.collect()
}

/// A text as one segment of a path, or as a value of a query.
pub(super) fn in_path(id: &str) -> String {
    let mut out = String::with_capacity(id.len());
    for byte in id.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~') {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

/// The id in the path, in its normal form.
fn id_in<A: Aggregate>(params: &RawPathParams) -> Option<A::Id> {
    let field = A::id_field();
    let named = params.iter().find(|(name, _)| *name == field);
    let (_, text) = named.or_else(|| params.iter().next())?;
    let mut id = A::Id::parse(text)?;
    let mut violations = Violations::default();
    kit::Check::check(&mut id, &mut violations);
    violations.is_empty().then_some(id)
}

fn not_found<A: Aggregate>() -> Problem {
    Problem::from(Unmet::from(&A::Refusal::from(BuiltIn::NotFound)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_answered_by_its_type_name() {
        assert_eq!(type_name("part_refused"), "PartRefused");
    }

    #[test]
    fn an_id_of_any_text_is_one_segment() {
        assert_eq!(in_path("B1/ü?"), "B1%2F%C3%BC%3F");
    }
}
