//! `.minos/project.toml`: the format of the state, who wrote it, and the pinned ports.

use std::collections::BTreeMap;

use toml_edit::{DocumentMut, Item, TomlError};

/// The newest format of `.minos` that this minos knows.
pub(super) const FORMAT: u32 = 1;

/// The port of the gateway; contexts follow.
const FIRST_PORT: u16 = 8000;

/// What `.minos/project.toml` holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Project {
    /// The format of the folder `.minos`.
    pub format: u32,
    /// The version of the minos that wrote it last.
    pub generator: String,
    /// Ports by context, and `gateway`. A context keeps its port when others come and go.
    pub ports: BTreeMap<String, u16>,
}

impl Project {
    /// Of a project that is just being made.
    #[must_use]
    pub fn new() -> Self {
        let ports = BTreeMap::from([("gateway".to_owned(), FIRST_PORT)]);
        Self { format: FORMAT, generator: env!("CARGO_PKG_VERSION").to_owned(), ports }
    }

    /// Give each context a port that none has yet; those that have one keep it.
    pub fn pin_ports<'a>(&mut self, contexts: impl IntoIterator<Item = &'a str>) {
        for context in contexts {
            if self.ports.contains_key(context) {
                continue;
            }
            let taken: Vec<u16> = self.ports.values().copied().collect();
            let free = (FIRST_PORT + 1..=u16::MAX).find(|port| !taken.contains(port));
            if let Some(port) = free {
                self.ports.insert(context.to_owned(), port);
            }
        }
    }

    /// The text of the file.
    pub(super) fn to_text(&self) -> String {
        let mut out =
            String::from("# State of minos. Commit it: it pins what must not change by itself.\n");
        out.push_str(&format!("format = {}\ngenerator = {:?}\n", self.format, self.generator));
        out.push_str("\n[ports]\n");
        for (context, port) in &self.ports {
            out.push_str(&format!("{context} = {port}\n"));
        }
        out
    }

    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let document: DocumentMut = text.parse().map_err(|e: TomlError| e.message().to_owned())?;
        let number = |item: &Item| item.as_integer().and_then(|n| u16::try_from(n).ok());
        let generator = document.get("generator").and_then(Item::as_str).unwrap_or("unknown");
        let format = document.get("format").and_then(number).ok_or("has no format")?;
        if u32::from(format) > FORMAT {
            return Err(format!("was written by minos {generator}; this one cannot read it"));
        }
        let mut ports = BTreeMap::new();
        for (key, item) in document.iter() {
            match (key, item.as_table()) {
                ("format" | "generator", None) => {}
                ("ports", Some(table)) => {
                    for (context, item) in table {
                        let port = number(item).ok_or("a port is no port")?;
                        ports.insert(context.to_owned(), port);
                    }
                }
                _ => return Err(format!("has an unknown key {key:?}")),
            }
        }
        Ok(Self { format: u32::from(format), generator: generator.to_owned(), ports })
    }
}

impl Default for Project {
    fn default() -> Self {
        Self::new()
    }
}
