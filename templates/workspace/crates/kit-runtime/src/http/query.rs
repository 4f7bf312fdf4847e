//! The handlers of queries.

use axum::Json;
use axum::extract::{Query as UrlQuery, RawPathParams, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use kit::{Context, Query, Row as _, Violations};
use serde_json::{Value, json};
use uuid::Uuid;

use super::command::in_path;
use super::fresh::fresh_enough;
use super::words::in_words;
use super::{Problem, STALE, caller};
use crate::command::Failure;
use crate::service::Service;
use crate::store::{ColumnType, Cond, Order, QuerySpec, Row, StoreError, ViewSchema, ViewTable};
use crate::views::{cond_of, key_of, typed};

/// Most rows that are judged one by one for one page.
const MOST_JUDGED: usize = 10_000;

/// `GET` of a query: a page of rows and the cursor of the next.
pub async fn query<Q: Query>(
    State(service): State<Service>,
    params: RawPathParams,
    request: Request,
) -> Response {
    match answer::<Q>(&service, &params, request.uri(), request.headers()).await {
        Ok(response) => response,
        Err(problem) => problem.into_response(),
    }
}

/// `GET` of one row by its key; a row that the conditions leave out is not there.
pub async fn one<Q: Query>(
    State(service): State<Service>,
    path: RawPathParams,
    request: Request,
) -> Response {
    match find::<Q>(&service, &path, request.uri(), request.headers()).await {
        Ok(response) => response,
        Err(problem) => problem.into_response(),
    }
}

async fn answer<Q: Query>(
    service: &Service,
    path: &RawPathParams,
    uri: &Uri,
    headers: &HeaderMap,
) -> Result<Response, Problem> {
    let mut wish = Wish::read(uri, Q::PAGE)?;
    for (name, value) in path {
        wish.rest.push_str(&format!("&{name}={}", in_path(value)));
    }
    let params: Q = params(&wish.rest)?;
    let stale = fresh(service, Q::Row::TABLE.name, headers).await?;
    let caller = caller(service, headers)?;
    let cx = Context::new(service.clock().now(), caller.actor, service.zone(), Uuid::nil());
    let table = service.tables().live(Q::Row::TABLE.name)?;
    let filter = params.filter(&cx).map_err(Failure::from)?;
    let filter = cond_of(&table.schema, &kit::Cond::All(filter.0))?;
    let page = page(service, &params, cx, table, filter, wish).await?;
    Ok(with_age(stale, Json(page).into_response()))
}

async fn find<Q: Query>(
    service: &Service,
    path: &RawPathParams,
    uri: &Uri,
    headers: &HeaderMap,
) -> Result<Response, Problem> {
    let params: Q = params(uri.query().unwrap_or(""))?;
    let stale = fresh(service, Q::Row::TABLE.name, headers).await?;
    let caller = caller(service, headers)?;
    let cx = Context::new(service.clock().now(), caller.actor, service.zone(), Uuid::nil());
    let table = service.tables().live(Q::Row::TABLE.name)?;
    let key = path_key(&table.schema, path).ok_or_else(no_row)?;
    let Ok(key) = key_of(&table.schema, &key) else { return Err(no_row()) };
    let rows = service.store().rows(table, vec![key]).await.map_err(Failure::from)?;
    let Some(row) = rows.into_iter().next().flatten() else { return Err(no_row()) };
    let filter = kit::Cond::All(params.filter(&cx).map_err(Failure::from)?.0);
    let known: Q::Row = typed(row.clone()).map_err(Failure::from)?;
    let holds = filter.holds(&Q::Row::TABLE, &Value::Object(row.clone()));
    if holds && params.keep(&known, &cx).map_err(Failure::from)? {
        return Ok(with_age(stale, Json(row).into_response()));
    }
    Err(no_row())
}

fn no_row() -> Problem {
    Problem::new(StatusCode::NOT_FOUND, "not_found", "there is no such row")
}

async fn fresh(service: &Service, table: &str, headers: &HeaderMap) -> Result<bool, Problem> {
    if !service.shows(table) {
        return Err(Problem::not_found());
    }
    fresh_enough(service, table, headers).await
}

fn with_age(stale: bool, mut response: Response) -> Response {
    if stale {
        response.headers_mut().insert(STALE, HeaderValue::from_static("true"));
    }
    response
}

/// The part of the URL that belongs to the page, not to the query.
struct Wish {
    limit: u32,
    cursor: Option<String>,
    rest: String,
}

impl Wish {
    fn read(uri: &Uri, page: kit::Page) -> Result<Self, Problem> {
        let mut wish = Self { limit: page.default, cursor: None, rest: String::new() };
        for pair in uri.query().unwrap_or("").split('&').filter(|pair| !pair.is_empty()) {
            match pair.split_once('=') {
                Some(("limit", text)) => {
                    let number = text.parse::<u32>().ok().filter(|number| *number > 0);
                    let bad =
                        || Problem::invalid([("limit".into(), "must be a number from 1".into())]);
                    wish.limit = number.ok_or_else(bad)?.min(page.max);
                }
                Some(("cursor", text)) => wish.cursor = Some(decoded(text)),
                _ => {
                    if !wish.rest.is_empty() {
                        wish.rest.push('&');
                    }
                    wish.rest.push_str(pair);
                }
            }
        }
        Ok(wish)
    }
}

/// A value of a URL without its percent signs.
fn decoded(text: &str) -> String {
    let uri = format!("/?cursor={text}").parse::<Uri>().unwrap_or_default();
    let pairs = UrlQuery::<Vec<(String, String)>>::try_from_uri(&uri);
    let first = pairs.ok().and_then(|UrlQuery(pairs)| pairs.into_iter().next());
    first.map(|(_, value)| value).unwrap_or_default()
}

/// The parameters, in their normal form and within their bounds.
fn params<Q: Query>(rest: &str) -> Result<Q, Problem> {
    let unreadable = || Problem::invalid([(String::new(), "the URL cannot be read".to_owned())]);
    let uri: Uri = format!("/?{rest}").parse().map_err(|_| unreadable())?;
    let UrlQuery(mut params) = UrlQuery::<Q>::try_from_uri(&uri).map_err(|rejection| {
        let text = rejection.body_text();
        let text = text.split_once("query string: ").map_or(text.as_str(), |(_, text)| text);
        let (path, text) = text.split_once(": ").unwrap_or(("", text));
        Problem::invalid([in_words(path, text)])
    })?;
    let mut violations = Violations::default();
    params.check(&mut violations);
    if violations.is_empty() {
        return Ok(params);
    }
    Err(Problem::invalid([]).with("errors", violations.to_json()))
}

async fn page<Q: Query>(
    service: &Service,
    params: &Q,
    cx: Context,
    table: ViewTable,
    filter: Cond,
    wish: Wish,
) -> Result<Value, Problem> {
    let order =
        Q::ORDER.iter().map(|it| Order { column: it.column.to_owned(), descending: it.descending });
    let order: Vec<_> = order.collect();
    let limit = usize::try_from(wish.limit).unwrap_or(usize::MAX);
    let mut items: Vec<Row> = Vec::new();
    let (mut after, mut judged) = (wish.cursor, 0);
    loop {
        let (filter, order) = (filter.clone(), order.clone());
        let spec = QuerySpec { table, filter, order, after, limit: wish.limit };
        let page = service.store().query(spec).await.map_err(bad_cursor)?;
        judged += page.rows.len();
        let count = page.rows.len();
        for (index, (row, cursor)) in page.rows.into_iter().zip(page.cursors).enumerate() {
            let known: Q::Row = typed(row.clone()).map_err(Failure::from)?;
            if params.keep(&known, &cx).map_err(Failure::from)? {
                items.push(row);
            }
            if items.len() == limit {
                let more = index + 1 < count || page.next.is_some();
                return Ok(json!({ "items": items, "next": more.then_some(cursor) }));
            }
        }
        after = page.next;
        if after.is_none() || judged >= MOST_JUDGED {
            return Ok(json!({ "items": items, "next": after }));
        }
    }
}

fn bad_cursor(error: StoreError) -> Problem {
    match error {
        StoreError::Cursor => {
            Problem::new(StatusCode::BAD_REQUEST, "bad_cursor", "this cursor belongs elsewhere")
        }
        error => Failure::from(error).into(),
    }
}

/// The key in a path: the segments with the names of the key columns.
fn path_key(schema: &ViewSchema, params: &RawPathParams) -> Option<Value> {
    let values = schema.keys().map(|column| {
        let (_, text) = params.iter().find(|(name, _)| *name == column.name)?;
        match column.kind {
            ColumnType::Int => text.parse::<i64>().ok().map(Value::from),
            ColumnType::Bool => text.parse::<bool>().ok().map(Value::from),
            _ => Some(Value::from(text)),
        }
    });
    let values: Vec<Value> = values.collect::<Option<_>>()?;
    match <[Value; 1]>::try_from(values) {
        Ok([value]) => Some(value),
        Err(values) if !values.is_empty() => Some(Value::Array(values)),
        Err(_) => None,
    }
}
