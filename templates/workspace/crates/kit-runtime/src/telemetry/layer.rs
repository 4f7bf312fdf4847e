//! Log lines: one JSON object per line, or text for people.
//!
//! The fields of the surrounding spans are repeated in each line, so that one search by an id
//! finds everything. A value with line breaks cannot start a second line.

use std::fmt::Write as _;
use std::sync::{Arc, Mutex};

use serde_json::{Map, Value};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Subscriber};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt as _};
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::util::SubscriberInitExt as _;

use super::writer::Background;

/// How a line looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// One JSON object per line.
    Json,
    /// `[id] METHOD path` for requests, `[id] message` for the rest.
    Text,
}

impl Format {
    /// The format of a setting's text; none when it is neither `json` nor `text`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "json" => Some(Self::Json),
            "text" => Some(Self::Text),
            _ => None,
        }
    }

    /// The line that says how many others were lost.
    fn lost(self) -> fn(u64) -> String {
        fn fields(count: u64) -> Map<String, Value> {
            let text = format!("{count} log lines were lost: nobody read them in time");
            let fields = [
                ("message", text.into()),
                ("event.name", "log_lost".into()),
                ("lost", count.into()),
            ];
            fields
                .map(|(name, value): (&str, Value)| (name.to_owned(), value))
                .into_iter()
                .collect()
        }
        match self {
            Self::Json => |count| json_line(fields(count), &tracing::Level::WARN, module_path!()),
            Self::Text => |count| text_line(&fields(count), &tracing::Level::WARN),
        }
    }
}

type Sink = Arc<Mutex<dyn std::io::Write + Send>>;

/// A layer that writes one line per event.
pub struct Lines {
    format: Format,
    sink: Sink,
}

impl Lines {
    /// Lines in `format` to `sink`.
    pub fn new(format: Format, sink: impl std::io::Write + Send + 'static) -> Self {
        Self { format, sink: Arc::new(Mutex::new(sink)) }
    }
}

/// Start logging for this process; a second start changes nothing.
///
/// # Errors
/// The filter text (`LOG_LEVEL`) cannot be read.
pub fn start(format: Format, filter: &str) -> Result<(), String> {
    let filter = tracing_subscriber::EnvFilter::try_new(filter)
        .map_err(|error| format!("LOG_LEVEL is `{filter}`: {error}"))?;
    let lines = Lines::new(format, Background::of_process(format.lost()));
    let _ = tracing_subscriber::registry().with(filter).with(lines).try_init();
    Ok(())
}

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Lines {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let Some(span) = context.span(id) else { return };
        let mut fields = Fields(Map::new());
        attributes.record(&mut fields);
        span.extensions_mut().insert(fields);
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        let Some(span) = context.span(id) else { return };
        if let Some(fields) = span.extensions_mut().get_mut::<Fields>() {
            values.record(fields);
        }
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let mut fields = Fields(Map::new());
        for span in context.event_scope(event).into_iter().flat_map(|scope| scope.from_root()) {
            if let Some(of_span) = span.extensions().get::<Fields>() {
                fields
                    .0
                    .extend(of_span.0.iter().map(|(name, value)| (name.clone(), value.clone())));
            }
        }
        event.record(&mut fields);
        let metadata = event.metadata();
        let line = match self.format {
            Format::Json => json_line(fields.0, metadata.level(), metadata.target()),
            Format::Text => text_line(&fields.0, metadata.level()),
        };
        if let Ok(mut sink) = self.sink.lock() {
            let _ = sink.write_all(line.as_bytes());
        }
    }
}

fn json_line(mut fields: Map<String, Value>, level: &tracing::Level, target: &str) -> String {
    let number = match *level {
        tracing::Level::TRACE => 1,
        tracing::Level::DEBUG => 5,
        tracing::Level::INFO => 9,
        tracing::Level::WARN => 13,
        tracing::Level::ERROR => 17,
    };
    let body = fields.remove("message").unwrap_or_default();
    let mut line = Map::new();
    line.insert("timestamp".into(), jiff::Timestamp::now().to_string().into());
    line.insert("severity_text".into(), level.as_str().into());
    line.insert("severity_number".into(), number.into());
    line.insert("body".into(), body);
    line.insert("target".into(), target.into());
    line.entry("trace_id").or_insert(Value::Null);
    line.extend(fields);
    format!("{}\n", Value::Object(line))
}

fn text_line(fields: &Map<String, Value>, level: &tracing::Level) -> String {
    let text = |name: &str| fields.get(name).and_then(Value::as_str);
    let id = text("correlation_id").unwrap_or("-");
    let mut line = format!("[{id}] ");
    if let (Some("request_started"), Some(method), Some(path)) =
        (text("event.name"), text("http.request.method"), text("url.path"))
    {
        let _ = write!(line, "{method} {path}");
    } else if let (Some("event_published"), Some(event)) = (text("event.name"), text("event")) {
        let _ = write!(line, "PUBLISH {event}");
    } else {
        if *level <= tracing::Level::WARN {
            let _ = write!(line, "{level} ");
        }
        line.push_str(text("message").unwrap_or(""));
        for (name, value) in fields.iter().filter(|(name, _)| !is_envelope(name)) {
            let _ = match value {
                Value::String(value) => write!(line, " {name}={value}"),
                value => write!(line, " {name}={value}"),
            };
        }
    }
    let mut line: String = line.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    line.push('\n');
    line
}

fn is_envelope(name: &str) -> bool {
    matches!(
        name,
        "message"
            | "correlation_id"
            | "causation_id"
            | "trace_id"
            | "span_id"
            | "service.name"
            | "event.name"
    )
}

struct Fields(Map<String, Value>);

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        self.0.insert(field.name().to_owned(), format!("{value:?}").into());
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.0.insert(field.name().to_owned(), value.into());
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.0.insert(field.name().to_owned(), value.into());
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.0.insert(field.name().to_owned(), value.into());
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.0.insert(field.name().to_owned(), value.into());
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.0.insert(field.name().to_owned(), value.into());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::telemetry::{Trace, span};

    #[derive(Clone, Default)]
    struct Memory(Arc<Mutex<Vec<u8>>>);

    impl std::io::Write for Memory {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().expect("unpoisoned").extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    fn lines(format: Format, work: impl FnOnce()) -> Vec<String> {
        let memory = Memory::default();
        let subscriber = tracing_subscriber::registry().with(Lines::new(format, memory.clone()));
        tracing::subscriber::with_default(subscriber, work);
        let bytes = memory.0.lock().expect("unpoisoned").clone();
        String::from_utf8(bytes).expect("text").lines().map(str::to_owned).collect()
    }

    fn request(trace: &Trace) {
        let span = span(trace, "desk");
        let _guard = span.enter();
        tracing::info!(
            event.name = "request_started",
            http.request.method = "POST",
            url.path = "/tools",
            "request_started"
        );
        tracing::warn!(answer = 42, "two\nlines");
    }

    #[test]
    fn every_json_line_parses_and_carries_the_ids() {
        let trace = Trace::start();
        let lines = lines(Format::Json, || request(&trace));
        assert_eq!(lines.len(), 2);
        for line in lines {
            let value: Value = serde_json::from_str(&line).expect("is JSON");
            assert_eq!(value["trace_id"], trace.trace_id.as_str());
            assert_eq!(value["correlation_id"], trace.correlation_id.as_str());
            assert_eq!(value["service.name"], "desk");
        }
    }

    #[test]
    fn a_published_event_is_a_line_of_its_own() {
        let trace = Trace { correlation_id: "abc".into(), ..Trace::start() };
        let lines = lines(Format::Text, || {
            let span = span(&trace, "desk");
            let _guard = span.enter();
            tracing::info!(event.name = "event_published", event = "tool.lent", "event_published");
        });
        assert_eq!(lines, ["[abc] PUBLISH tool.lent"]);
    }

    #[test]
    fn a_text_line_starts_with_the_id() {
        let trace = Trace { correlation_id: "abc".into(), ..Trace::start() };
        let lines = lines(Format::Text, || request(&trace));
        assert_eq!(lines, ["[abc] POST /tools", "[abc] WARN two lines answer=42"]);
    }
}
