//! The table of a gateway: which path is answered by whom. Rendered from the domain description.

use std::time::Duration;

use crate::config::parse_duration;

/// Which side of a service answers, where the two run as processes of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    /// Commands, and states, which are read from the streams.
    Write,
    /// Queries of read models.
    Read,
}

/// What is done with a request.
#[derive(Debug, Clone)]
pub(crate) enum Does {
    /// It goes to a service.
    Forward { context: String, side: Side },
    /// Its answer is put together.
    Compose(Vec<Part>),
}

/// One line of the table.
#[derive(Debug, Clone)]
pub(crate) struct Line {
    pub method: String,
    /// Without the prefix.
    pub path: String,
    /// The command or view behind it, where that may run in a process of its own.
    pub name: Option<String>,
    pub does: Does,
    pub timeout: Option<Duration>,
}

/// The table of a system.
#[derive(Debug, Clone)]
pub struct Table {
    pub(crate) name: String,
    pub(crate) port: u16,
    pub(crate) prefix: String,
    pub(crate) document: Option<&'static str>,
    pub(crate) timeout: String,
    pub(crate) max_body: u64,
    pub(crate) contexts: Vec<(String, u16)>,
    current: String,
    pub(crate) lines: Vec<Line>,
}

impl Table {
    /// An empty table of the system `name`, whose gateway answers on `port` unless it is told
    /// otherwise.
    #[must_use]
    pub fn new(name: &str, port: u16) -> Self {
        Self {
            name: name.to_owned(),
            port,
            prefix: String::new(),
            document: None,
            timeout: "10s".to_owned(),
            max_body: 1 << 20,
            contexts: Vec::new(),
            current: String::new(),
            lines: Vec::new(),
        }
    }

    /// All paths begin with this one.
    #[must_use]
    pub fn prefix(self, prefix: &str) -> Self {
        Self { prefix: prefix.to_owned(), ..self }
    }

    /// The OpenAPI document, served at `/openapi.json`.
    #[must_use]
    pub fn document(self, text: &'static str) -> Self {
        Self { document: Some(text), ..self }
    }

    /// How long an answer may take, such as `10s`, unless a route says otherwise.
    #[must_use]
    pub fn timeout(self, text: &str) -> Self {
        Self { timeout: text.to_owned(), ..self }
    }

    /// The longest request body, in bytes.
    #[must_use]
    pub fn max_body(self, bytes: u64) -> Self {
        Self { max_body: bytes, ..self }
    }

    /// The context `name`, which answers on `port` of this machine unless a setting says otherwise;
    /// the next lines are its.
    #[must_use]
    pub fn service(mut self, name: &str, port: u16) -> Self {
        self.contexts.push((name.to_owned(), port));
        self.of(name)
    }

    /// The next lines are those of the context `name`, which is there already.
    #[must_use]
    pub fn of(self, name: &str) -> Self {
        Self { current: name.to_owned(), ..self }
    }

    /// `METHOD /path`, answered by the write side of the last service; `METHOD /path command` when
    /// the command may run in a process of its own.
    #[must_use]
    pub fn write(self, line: &str) -> Self {
        self.forward(line, Side::Write)
    }

    /// `METHOD /path`, answered by the read side of the last service; `METHOD /path view` when the
    /// view may run in a process of its own.
    #[must_use]
    pub fn read(self, line: &str) -> Self {
        self.forward(line, Side::Read)
    }

    /// `GET path`, put together from parts.
    #[must_use]
    pub fn compose(mut self, path: &str, parts: impl IntoIterator<Item = Part>) -> Self {
        let named = |part: Part| {
            let line = self.lines.iter().find(|line| {
                let there =
                    matches!(&line.does, Does::Forward { context, .. } if context == part.context);
                there && line.method == "GET" && line.path == part.path
            });
            Part { named: line.and_then(|line| line.name.clone()), ..part }
        };
        let does = Does::Compose(parts.into_iter().map(named).collect());
        self.lines.push(Line {
            method: "GET".to_owned(),
            path: path.to_owned(),
            name: None,
            does,
            timeout: None,
        });
        self
    }

    /// The last line has a deadline of its own, such as `2s`.
    #[must_use]
    pub fn within(mut self, text: &str) -> Self {
        if let Some(line) = self.lines.last_mut() {
            line.timeout = parse_duration(text);
        }
        self
    }

    /// Every line as `METHOD /path`, with the prefix.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        let shown = |line: &Line| format!("{} {}{}", line.method, self.prefix, line.path);
        self.lines.iter().map(shown).collect()
    }

    /// The commands and views of a context that may run in processes of their own.
    pub(crate) fn names<'a>(&'a self, context: &'a str) -> impl Iterator<Item = &'a str> {
        let of = move |line: &&Line| matches!(&line.does, Does::Forward { context: known, .. } if known == context);
        self.lines.iter().filter(of).filter_map(|line| line.name.as_deref())
    }

    fn forward(mut self, line: &str, side: Side) -> Self {
        let context = self.current.clone();
        let mut words = line.split(' ');
        let method = words.next().unwrap_or("GET").to_owned();
        self.lines.push(Line {
            method,
            path: words.next().unwrap_or("/").to_owned(),
            name: words.next().map(str::to_owned),
            does: Does::Forward { context, side },
            timeout: None,
        });
        self
    }
}

/// A part of a composed answer: a `GET` of a service.
#[derive(Debug, Clone)]
pub struct Part {
    pub(super) name: &'static str,
    pub(super) context: &'static str,
    pub(super) side: Side,
    pub(super) path: &'static str,
    /// The name on the line of the table that it asks.
    pub(super) named: Option<String>,
    pub(super) args: Vec<(&'static str, Vec<&'static str>)>,
    pub(super) each: bool,
    pub(super) optional: bool,
}

impl Part {
    /// The part `name`, which the write side of `context` answers at `path`.
    #[must_use]
    pub fn state(name: &'static str, context: &'static str, path: &'static str) -> Self {
        let (args, each, optional) = (Vec::new(), false, false);
        Self { name, context, side: Side::Write, path, named: None, args, each, optional }
    }

    /// The part `name`, which the read side of `context` answers at `path`.
    #[must_use]
    pub fn query(name: &'static str, context: &'static str, path: &'static str) -> Self {
        Self { side: Side::Read, ..Self::state(name, context, path) }
    }

    /// The field `name` of the path, or else a parameter, has this value: a field of the route's
    /// path, or `part.field` of another part.
    #[must_use]
    pub fn arg(mut self, name: &'static str, value: &'static str) -> Self {
        self.args.push((name, value.split('.').collect()));
        self
    }

    /// The value is a list: the part is asked for each of its different elements, and becomes an
    /// object from element to answer.
    #[must_use]
    pub fn each(self) -> Self {
        Self { each: true, ..self }
    }

    /// When the part cannot be had, it is null and named in `errors`.
    #[must_use]
    pub fn optional(self) -> Self {
        Self { optional: true, ..self }
    }

    /// The parts whose answers it needs.
    pub(super) fn needs<'a>(&'a self, all: &'a [Self]) -> impl Iterator<Item = &'static str> + 'a {
        let first = self.args.iter().filter_map(|(_, value)| value.first().copied());
        first.filter(|name| all.iter().any(|part| part.name == *name))
    }
}
