//! TOML files that minos and the user share key by key.

use std::collections::BTreeSet;

use toml_edit::{Array, DocumentMut, Item, Table, TableLike, TomlError, Value};

/// A key that both changed; the user's value stayed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clash {
    /// The key with its tables, `workspace.dependencies.serde`.
    pub key: String,
    /// What minos would have written.
    pub wanted: String,
}

/// Bring the keys of `new` into `disk`. `base` is what minos wrote last: a key whose value on disk
/// is still that one follows `new`, a key that the user changed, added or removed stays the
/// user's. Lists are merged by element. Comments, order and other keys stay.
///
/// # Errors
/// When a text is not TOML; the message says which.
pub fn merge_keys(
    base: Option<&str>,
    disk: &str,
    new: &str,
) -> Result<(String, Vec<Clash>), String> {
    let read = |text: &str, what: &str| -> Result<DocumentMut, String> {
        text.parse().map_err(|e: TomlError| format!("{what} is not TOML: {}", e.message()))
    };
    let base = read(base.unwrap_or(""), "the recorded text")?;
    let mut out = read(disk, "the file")?;
    let new = read(new, "the new text")?;
    let mut clashes = Vec::new();
    merge_table("", base.as_table(), out.as_table_mut(), new.as_table(), &mut clashes);
    Ok((out.to_string(), clashes))
}

fn merge_table(
    at: &str,
    base: &dyn TableLike,
    out: &mut dyn TableLike,
    new: &dyn TableLike,
    clashes: &mut Vec<Clash>,
) {
    let keys: BTreeSet<&str> = base.iter().chain(new.iter()).map(|(key, _)| key).collect();
    // In the order of the new text, so that what is added stands where minos would put it.
    let mut ordered: Vec<&str> = new.iter().map(|(key, _)| key).collect();
    ordered.extend(keys.iter().filter(|key| new.get(key).is_none()));
    for key in ordered {
        let name = if at.is_empty() { key.to_owned() } else { format!("{at}.{key}") };
        merge_key(&name, key, (base.get(key), new.get(key)), out, clashes);
    }
}

fn merge_key(
    name: &str,
    key: &str,
    (base, new): (Option<&Item>, Option<&Item>),
    out: &mut dyn TableLike,
    clashes: &mut Vec<Clash>,
) {
    let empty = Table::new();
    let tables = |item: Option<&Item>| item.is_some_and(is_table);
    if tables(new) || (new.is_none() && tables(base)) {
        let base = base.and_then(table_of).unwrap_or(&empty);
        let new_table = new.and_then(table_of).unwrap_or(&empty);
        match out.get_mut(key) {
            None if base.is_empty() => {
                if let Some(new) = new {
                    out.insert(key, new.clone());
                }
            }
            None => {}
            Some(item) => match item.as_table_like_mut() {
                Some(table) => {
                    merge_table(name, base, table, new_table, clashes);
                    if new.is_none() && table.is_empty() {
                        out.remove(key);
                    }
                }
                None => clashes.push(Clash { key: name.to_owned(), wanted: "a table".to_owned() }),
            },
        }
        return;
    }
    let (was, wanted) = (base.map(plain), new.map(plain));
    let now = out.get(key).map(plain);
    if was == wanted || now == wanted {
        return;
    }
    if let Some(new) = new
        && let Some(list) = new.as_array()
        && let Some(disk) = out.get_mut(key).and_then(Item::as_array_mut)
    {
        merge_list(base.and_then(Item::as_array), disk, list);
        return;
    }
    if now == was {
        match new {
            None => {
                out.remove(key);
            }
            Some(new) => replace(out, key, new),
        }
    } else if let Some(wanted) = wanted {
        clashes.push(Clash { key: name.to_owned(), wanted });
    }
}

/// Change a value and keep the comments around it.
fn replace(out: &mut dyn TableLike, key: &str, new: &Item) {
    let decor = out.get(key).and_then(Item::as_value).map(|v| v.decor().clone());
    let mut item = new.clone();
    if let (Some(value), Some(decor)) = (item.as_value_mut(), decor) {
        *value.decor_mut() = decor;
    }
    out.insert(key, item);
}

/// Elements that minos no longer wants go, new ones come, the user's stay.
fn merge_list(base: Option<&Array>, disk: &mut Array, new: &Array) {
    let texts = |list: &Array| -> BTreeSet<String> { list.iter().map(plain_value).collect() };
    let (was, wanted) = (base.map(texts).unwrap_or_default(), texts(new));
    disk.retain(|value| {
        let text = plain_value(value);
        wanted.contains(&text) || !was.contains(&text)
    });
    let there = texts(disk);
    let several_lines = disk.iter().any(|v| has_line_break(v.decor().prefix()));
    for value in new {
        let text = plain_value(value);
        if there.contains(&text) || was.contains(&text) {
            continue;
        }
        let mut value = value.clone();
        let prefix = match (several_lines, disk.is_empty()) {
            (true, _) => "\n    ",
            (false, true) => "",
            (false, false) => " ",
        };
        value.decor_mut().set_prefix(prefix);
        value.decor_mut().set_suffix("");
        // After the last smaller neighbour, so that sorted lists stay sorted.
        let smaller = disk.iter().enumerate().filter(|(_, v)| plain_value(v) < text);
        let at = smaller.last().map_or(0, |(i, _)| i + 1);
        disk.insert_formatted(at, value);
    }
}

fn has_line_break(text: Option<&toml_edit::RawString>) -> bool {
    text.and_then(|t| t.as_str()).is_some_and(|t| t.contains('\n'))
}

fn is_table(item: &Item) -> bool {
    item.is_table()
}

fn table_of(item: &Item) -> Option<&Table> {
    item.as_table()
}

/// The value without comments and white space around it.
fn plain(item: &Item) -> String {
    match item {
        Item::Value(value) => plain_value(value),
        other => other.to_string().trim().to_owned(),
    }
}

fn plain_value(value: &Value) -> String {
    match value {
        Value::Array(list) => {
            let items: Vec<String> = list.iter().map(plain_value).collect();
            format!("[{}]", items.join(", "))
        }
        Value::InlineTable(table) => {
            let items: Vec<String> = table
                .iter()
                .map(|(key, value)| format!("{key} = {}", plain_value(value)))
                .collect();
            format!("{{ {} }}", items.join(", "))
        }
        other => other.clone().decorated("", "").to_string(),
    }
}
