//! The terms of one route, where the domain description says other ones than the usual.
//!
//! A route without terms answers as every route does; the terms travel with the request.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use axum::Extension;
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderName, StatusCode};

use super::{Problem, if_match};
use crate::command::Unmet;
use crate::service::Wanted;

/// How a route differs from the usual ones.
#[derive(Debug, Clone, Default)]
pub struct Terms {
    success: Option<StatusCode>,
    statuses: BTreeMap<&'static str, u16>,
    needs_version: bool,
    ignores_version: bool,
    needs_key: bool,
    key_header: Option<HeaderName>,
    place: Option<&'static str>,
    waits: Vec<(&'static str, Duration)>,
    fields: Vec<PathField>,
}

/// A field of a command that stands in the path of its route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct PathField {
    pub name: &'static str,
    /// A number or a bool in the body, which a path can only hold as a text.
    pub bare: bool,
}

impl Terms {
    /// The usual terms.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Success is answered with this status.
    #[must_use]
    pub fn success(self, status: u16) -> Self {
        Self { success: StatusCode::from_u16(status).ok(), ..self }
    }

    /// The refusal with this code is answered with this status.
    #[must_use]
    pub fn refusal(mut self, code: &'static str, status: u16) -> Self {
        self.statuses.insert(code, status);
        self
    }

    /// A request without `If-Match` is refused.
    #[must_use]
    pub fn needs_version(self) -> Self {
        Self { needs_version: true, ..self }
    }

    /// `If-Match` is not looked at.
    #[must_use]
    pub fn ignores_version(self) -> Self {
        Self { ignores_version: true, ..self }
    }

    /// A request without an `Idempotency-Key` is refused.
    #[must_use]
    pub fn needs_key(self) -> Self {
        Self { needs_key: true, ..self }
    }

    /// The `Idempotency-Key` stands in another header.
    #[must_use]
    pub fn key_in(self, header: &'static str) -> Self {
        Self { key_header: HeaderName::try_from(header).ok(), ..self }
    }

    /// What is made is found below this path.
    #[must_use]
    pub fn place(self, path: &'static str) -> Self {
        Self { place: Some(path), ..self }
    }

    /// The field of the command stands in the path.
    #[must_use]
    pub fn in_path(mut self, name: &'static str) -> Self {
        self.fields.push(PathField { name, bare: false });
        self
    }

    /// The field of the command, a number or a bool, stands in the path.
    #[must_use]
    pub fn bare_in_path(mut self, name: &'static str) -> Self {
        self.fields.push(PathField { name, bare: true });
        self
    }

    /// Success is answered when the saga that it starts has ended, or after so many milliseconds.
    #[must_use]
    pub fn waits_for(mut self, saga: &'static str, millis: u64) -> Self {
        self.waits.push((saga, Duration::from_millis(millis)));
        self
    }

    /// The terms as what an axum route takes as a layer.
    pub fn layer(self) -> Extension<Arc<Self>> {
        Extension(Arc::new(self))
    }

    /// The terms of the route that a request came by.
    pub(super) fn of(request: &Request) -> Arc<Self> {
        request.extensions().get::<Arc<Self>>().cloned().unwrap_or_default()
    }

    pub(super) fn status(&self, usual: StatusCode) -> StatusCode {
        self.success.unwrap_or(usual)
    }

    /// The refusal with the status that it has here.
    pub(super) fn judged(&self, unmet: &Unmet) -> Unmet {
        let status = self.statuses.get(unmet.code).copied().unwrap_or(unmet.status);
        Unmet { status, ..unmet.clone() }
    }

    /// The version that a request is meant for.
    pub(super) fn version(&self, headers: &HeaderMap) -> Result<Option<i64>, Problem> {
        if self.ignores_version {
            return Ok(None);
        }
        let version = if_match(headers)?;
        if version.is_none() && self.needs_version {
            let detail = "this command needs If-Match with the version that it is meant for";
            return Err(Problem::new(StatusCode::PRECONDITION_REQUIRED, "version_missing", detail));
        }
        Ok(version)
    }

    pub(super) fn wants_key(&self, usual: Wanted) -> Wanted {
        if self.needs_key { Wanted::Required } else { usual }
    }

    /// The sagas to wait for, and how long.
    pub(super) fn waits(&self) -> &[(&'static str, Duration)] {
        &self.waits
    }

    /// The fields of the command that stand in the path.
    pub(super) fn path_fields(&self) -> &[PathField] {
        &self.fields
    }

    pub(super) fn key_header(&self) -> Option<&HeaderName> {
        self.key_header.as_ref()
    }

    /// The path below which something that was made at `usual` is found.
    pub(super) fn place_or(&self, usual: &str) -> String {
        self.place.unwrap_or(usual).trim_end_matches('/').to_owned()
    }
}
