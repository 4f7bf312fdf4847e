//! What the last run wrote: one lock file per unit, one line per path.

use std::collections::BTreeMap;

use crate::plan::{Class, Mode, RelPath};
use crate::tree::Digest;

/// The first line of a lock file.
const HEAD: &str = "minos lock 1";

/// What was written to one path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// Who may change it.
    pub class: Class,
    /// The template it came from, `-` for none.
    pub template: String,
    /// The bytes that were rendered.
    pub digest: Digest,
    /// The same without regard to layout, where layout carries no meaning.
    pub loose: Option<Digest>,
    /// Whether it may be run.
    pub mode: Mode,
}

/// The records of one unit, by path.
pub type Lock = BTreeMap<RelPath, Record>;

/// The text of a lock file. Sorted by path, so that two branches that add different things merge.
pub(super) fn to_text(lock: &Lock) -> String {
    let mut out = format!("{HEAD}\n");
    for (path, record) in lock {
        let loose = record.loose.as_ref().map_or("-", Digest::as_str);
        let mode = match record.mode {
            Mode::Plain => "file",
            Mode::Executable => "exec",
        };
        let class = record.class.as_str();
        let fields = [path.as_str(), class, &record.template, record.digest.as_str(), loose, mode];
        out.push_str(&fields.join("\t"));
        out.push('\n');
    }
    out
}

/// Read a lock file, which anybody may have edited.
pub(super) fn parse(text: &str) -> Result<Lock, String> {
    let mut lines = text.lines();
    match lines.next() {
        Some(HEAD) => {}
        Some(head) if head.starts_with("minos lock ") => {
            return Err("was written by a newer minos".to_owned());
        }
        _ => return Err(format!("does not start with {HEAD:?}")),
    }
    let mut lock = Lock::new();
    for (number, line) in lines.enumerate() {
        let (path, record) = parse_line(line).map_err(|e| format!("line {}: {e}", number + 2))?;
        if lock.insert(path.clone(), record).is_some() {
            return Err(format!("{path} stands there twice"));
        }
    }
    Ok(lock)
}

fn parse_line(line: &str) -> Result<(RelPath, Record), String> {
    let fields: Vec<&str> = line.split('\t').collect();
    let [path, class, template, digest, loose, mode] = fields.as_slice() else {
        return Err(format!("has {} fields, not 6", fields.len()));
    };
    let broken = |what: &str| format!("the {what} is broken");
    let loose = match *loose {
        "-" => None,
        text => Some(Digest::parse(text).ok_or_else(|| broken("second digest"))?),
    };
    let record = Record {
        class: Class::parse(class).ok_or_else(|| broken("class"))?,
        template: (*template).to_owned(),
        digest: Digest::parse(digest).ok_or_else(|| broken("digest"))?,
        loose,
        mode: match *mode {
            "file" => Mode::Plain,
            "exec" => Mode::Executable,
            _ => return Err(broken("mode")),
        },
    };
    Ok((RelPath::try_new(*path).map_err(|e| e.to_string())?, record))
}
