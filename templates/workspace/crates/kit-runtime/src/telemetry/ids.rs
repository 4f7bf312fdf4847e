//! Correlation id, causation id and trace context of the work at hand.

use std::fmt::Write as _;
use std::future::Future;

use tracing::Instrument as _;
use uuid::Uuid;

/// The longest correlation id that is taken from outside, in bytes.
const LONGEST: usize = 128;

tokio::task_local! {
    static CURRENT: Trace;
}

/// What ties one piece of work to the request that caused it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trace {
    /// The same for everything one external request causes, in all services.
    pub correlation_id: String,
    /// The id of the message that caused this work; none for a request from outside.
    pub causation_id: Option<Uuid>,
    /// The trace id of the trace context: 32 lower-case hexadecimal digits.
    pub trace_id: String,
    /// The id of this piece of work within the trace: 16 lower-case hexadecimal digits.
    pub span_id: String,
    /// The flags of the trace context, such as `01` for sampled.
    pub flags: String,
}

impl Trace {
    /// A new trace that nothing outside caused.
    #[must_use]
    pub fn start() -> Self {
        let id = Uuid::now_v7();
        Self {
            correlation_id: id.to_string(),
            causation_id: None,
            trace_id: id.simple().to_string(),
            span_id: new_span_id(),
            flags: "01".to_owned(),
        }
    }

    /// The trace of a request: `x-correlation-id`, `x-trace-id` and `traceparent` are accepted;
    /// what is missing or malformed is replaced.
    #[must_use]
    pub fn of_request<'a>(header: impl Fn(&str) -> Option<&'a str>) -> Self {
        let mut trace = Self::start();
        let given = header("x-trace-id").map(str::trim).filter(|id| is_correlation(id));
        let parent = header("traceparent").and_then(parse_traceparent);
        if let Some((trace_id, flags)) = parent {
            trace.trace_id = trace_id;
            trace.flags = flags;
        } else if let Some(id) = given.and_then(as_trace_id) {
            trace.trace_id = id;
        }
        let correlation = header("x-correlation-id").map(str::trim).filter(|id| is_correlation(id));
        if let Some(id) = correlation.or(given) {
            id.clone_into(&mut trace.correlation_id);
        }
        trace
    }

    /// The trace of work that a message caused: same correlation, same trace, new span.
    #[must_use]
    pub fn of_message(correlation_id: &str, causation_id: Uuid, traceparent: Option<&str>) -> Self {
        let mut trace = Self::start();
        correlation_id.clone_into(&mut trace.correlation_id);
        trace.causation_id = Some(causation_id);
        if let Some((trace_id, flags)) = traceparent.and_then(parse_traceparent) {
            trace.trace_id = trace_id;
            trace.flags = flags;
        }
        trace
    }

    /// The `traceparent` header of whatever this work calls or sends.
    #[must_use]
    pub fn traceparent(&self) -> String {
        format!("00-{}-{}-{}", self.trace_id, self.span_id, self.flags)
    }
}

/// The trace of the running task, if it has one.
#[must_use]
pub fn current() -> Option<Trace> {
    CURRENT.try_with(Clone::clone).ok()
}

/// Run `work` under `trace`: its log lines and messages carry the trace's ids.
pub async fn scoped<F: Future>(trace: Trace, service: &str, work: F) -> F::Output {
    let span = span(&trace, service);
    CURRENT.scope(trace, work).instrument(span).await
}

/// The span whose fields every line below it repeats.
#[must_use]
pub fn span(trace: &Trace, service: &str) -> tracing::Span {
    tracing::info_span!(
        "work",
        service.name = service,
        correlation_id = trace.correlation_id,
        causation_id = trace.causation_id.map(|id| id.to_string()),
        trace_id = trace.trace_id,
        span_id = trace.span_id,
    )
}

fn new_span_id() -> String {
    let bytes = Uuid::now_v7().into_bytes();
    let mut out = String::with_capacity(16);
    for byte in bytes.iter().skip(8) {
        let _ = write!(out, "{byte:02x}");
    }
    out
}

/// Text that is safe in a header, a log line and a query: no spaces, no markup.
fn is_correlation(id: &str) -> bool {
    !id.is_empty()
        && id.len() <= LONGEST
        && id.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b':'))
}

fn as_trace_id(id: &str) -> Option<String> {
    let id = id.replace('-', "").to_ascii_lowercase();
    is_hex(&id, 32).then_some(id)
}

/// The trace id and flags of a version 00 `traceparent`; none when it is malformed.
fn parse_traceparent(text: &str) -> Option<(String, String)> {
    let parts: Vec<_> = text.trim().split('-').collect();
    let [version, trace_id, span_id, flags] = parts.as_slice() else { return None };
    let good = *version == "00" && is_hex(trace_id, 32) && is_hex(span_id, 16) && is_hex(flags, 2);
    good.then(|| ((*trace_id).to_owned(), (*flags).to_owned()))
}

fn is_hex(text: &str, len: usize) -> bool {
    let hex = text.len() == len && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    hex && (len == 2 || text.bytes().any(|b| b != b'0'))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";

    fn request(headers: &[(&str, &str)]) -> Trace {
        Trace::of_request(|name| headers.iter().find(|(n, _)| *n == name).map(|(_, value)| *value))
    }

    #[test]
    fn a_correlation_id_is_kept_and_a_bad_one_replaced() {
        assert_eq!(request(&[("x-correlation-id", "abc-1")]).correlation_id, "abc-1");
        for bad in ["", "a b", "<script>", "a\nb", &"x".repeat(1024)] {
            let trace = request(&[("x-correlation-id", bad)]);
            assert_ne!(trace.correlation_id, bad);
            assert!(is_correlation(&trace.correlation_id));
        }
    }

    #[test]
    fn all_three_headers_are_accepted() {
        let parent = format!("00-{TRACE}-b7ad6b7169203331-00");
        let trace = request(&[("traceparent", &parent), ("x-correlation-id", "one")]);
        assert_eq!((trace.trace_id.as_str(), trace.flags.as_str()), (TRACE, "00"));
        assert_eq!(trace.correlation_id, "one");
        assert_ne!(trace.span_id, "b7ad6b7169203331");
        let trace = request(&[("x-trace-id", TRACE)]);
        assert_eq!((trace.trace_id.as_str(), trace.correlation_id.as_str()), (TRACE, TRACE));
        assert_eq!(request(&[("x-trace-id", "t1")]).correlation_id, "t1");
    }

    #[test]
    fn a_malformed_traceparent_is_replaced() {
        let zero = format!("00-{}-b7ad6b7169203331-01", "0".repeat(32));
        for bad in ["", "00-1-2-3", "01-x-y-z", zero.as_str()] {
            let trace = request(&[("traceparent", bad)]);
            assert!(parse_traceparent(&trace.traceparent()).is_some());
            assert!(!bad.contains(&trace.trace_id));
        }
    }

    #[test]
    fn a_message_keeps_correlation_and_trace() {
        let first = Trace::start();
        let cause = Uuid::now_v7();
        let next = Trace::of_message("c", cause, Some(&first.traceparent()));
        assert_eq!((next.correlation_id.as_str(), next.causation_id), ("c", Some(cause)));
        assert_eq!(next.trace_id, first.trace_id);
        assert_ne!(next.span_id, first.span_id);
    }
}
