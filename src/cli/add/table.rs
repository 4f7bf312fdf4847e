//! The addition as tables of the domain text.

use camino::Utf8PathBuf;

use super::kind::{Kind, Writing};
use super::wish::Wish;
use crate::cli::exit::{Exit, Failure};
use crate::lang::tree::{Field, TypeKind};
use crate::names;
use crate::syntax::{Content, NewTable, load};

/// The tables to write, by construct: those of one construct go to one place.
pub(super) fn tables(wish: &Wish) -> Result<Vec<Vec<NewTable>>, Failure> {
    let own = vec![wish.kind.word().to_owned(), wish.name().to_owned()];
    let mut first = NewTable { path: own.clone(), many: false, keys: keys(wish)? };
    let mut below = Vec::new();
    if let Some(key) = wish.kind.fields_key() {
        match (wish.kind, as_table(&wish.fields)) {
            (Kind::Aggregate, Some(keys)) => {
                let path = own.iter().cloned().chain([key.to_owned()]).collect();
                below.push(NewTable { path, many: false, keys });
            }
            _ if wish.fields.is_empty() && may_be_left_out(wish) => {}
            _ => {
                let at = fields_at(wish, &first);
                first.keys.insert(at, (key.to_owned(), Content::List(wish.fields.clone())));
            }
        }
    }
    below.extend(steps(wish, &own));
    // A header without keys says nothing when tables below it follow.
    let first = (!first.keys.is_empty() || below.is_empty()).then_some(first);
    let mut all: Vec<Vec<NewTable>> = vec![first.into_iter().chain(below).collect()];
    if let (Kind::Aggregate, Some(command)) = (wish.kind, &wish.created_by) {
        all.push(vec![creating(wish, command)]);
    }
    Ok(all)
}

/// Fields that an event has by itself, and none at all.
fn may_be_left_out(wish: &Wish) -> bool {
    match wish.kind {
        Kind::Event => wish.value("on").is_none(),
        Kind::Command | Kind::Query => true,
        _ => false,
    }
}

/// Behind what says whose fields they are.
fn fields_at(wish: &Wish, table: &NewTable) -> usize {
    let heads = ["doc", "on", "creates", "if_missing", "from", "of", "key", "view", "start", "log"];
    let leads = |(key, _): &&(String, Content)| heads.contains(&key.as_str());
    match wish.kind {
        Kind::Aggregate => table.keys.len(),
        _ => table.keys.iter().take_while(leads).count(),
    }
}

fn keys(wish: &Wish) -> Result<Vec<(String, Content)>, Failure> {
    let mut keys = Vec::new();
    for (key, writing) in wish.kind.flags() {
        let Some(values) = wish.values.get(key.name) else { continue };
        let name = key.name.to_owned();
        match (writing, values.as_slice()) {
            (Writing::Bool, [.., last]) => keys.push((name, Content::Bool(last == "true"))),
            (Writing::One, [.., last]) => keys.push((name, Content::Text(last.clone()))),
            (Writing::Many | Writing::Names, _) => keys.push((name, texts(values))),
            (Writing::Map, _) => keys.extend(map(&name, values)?),
            (_, []) => {}
        }
    }
    // What it is for stands first.
    keys.sort_by_key(|(key, _)| key != "doc");
    Ok(keys)
}

fn texts(values: &[String]) -> Content {
    match values {
        [one] => Content::Text(one.trim().to_owned()),
        many => Content::List(many.iter().map(|text| text.trim().to_owned()).collect()),
    }
}

/// `NAME = TEXT` as `key.NAME = "TEXT"`; several of one name become a list.
fn map(key: &str, values: &[String]) -> Result<Vec<(String, Content)>, Failure> {
    let mut named: Vec<(String, Vec<String>)> = Vec::new();
    for value in values {
        let plain = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '.';
        let pair = value.split_once('=').map(|(name, text)| (name.trim(), text.trim()));
        let Some((name, text)) =
            pair.filter(|(name, _)| !name.is_empty() && name.chars().all(plain))
        else {
            let flag = key.replace('_', "-");
            return Err(Failure::new(Exit::Usage, format!("--{flag} {value:?} names nothing"))
                .hint(format!("write it like this: --{flag} 'NAME = TEXT'")));
        };
        match named.iter_mut().find(|(other, _)| other == name) {
            Some((_, texts)) => texts.push(text.to_owned()),
            None => named.push((name.to_owned(), vec![text.to_owned()])),
        }
    }
    Ok(named.into_iter().map(|(name, all)| (format!("{key}.{name}"), texts(&all))).collect())
}

/// `name: type` as `name = "type"`, when all fields have a type.
fn as_table(fields: &[String]) -> Option<Vec<(String, Content)>> {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let pair = |field: &String| {
        let (name, typed) = field.split_once(':')?;
        let name = name.trim();
        let good = !name.is_empty() && name.chars().all(plain);
        good.then(|| (name.to_owned(), Content::Text(typed.trim().to_owned())))
    };
    let all: Option<Vec<_>> = fields.iter().map(pair).collect();
    all.filter(|all| !all.is_empty())
}

fn steps(wish: &Wish, own: &[String]) -> Vec<NewTable> {
    let mut names: Vec<String> = Vec::new();
    let mut all = Vec::new();
    for (send, undo) in &wish.steps {
        let end = send.find(['(', ' ']).unwrap_or(send.len());
        let command = send.get(..end).unwrap_or_default();
        let plain = names::snake(command.rsplit('.').next().unwrap_or_default());
        let again = names.iter().filter(|name| **name == plain).count();
        let name = if again == 0 { plain.clone() } else { format!("{plain}_{}", again + 1) };
        names.push(plain);
        let mut keys = vec![
            ("name".to_owned(), Content::Text(name)),
            ("send".to_owned(), Content::Text(send.clone())),
        ];
        keys.extend(undo.iter().map(|undo| ("undo".to_owned(), Content::Text(undo.clone()))));
        let path = own.iter().cloned().chain(["step".to_owned()]).collect();
        all.push(NewTable { path, many: true, keys });
    }
    all
}

/// The command that makes an aggregate brings what its state must have.
fn creating(wish: &Wish, command: &str) -> NewTable {
    let mut keys = vec![("creates".to_owned(), Content::Text(wish.name().to_owned()))];
    let needed = needed(wish);
    if !needed.is_empty() {
        keys.push(("fields".to_owned(), Content::List(needed)));
    }
    keys.push(("emit".to_owned(), Content::Text(names::event_of(command))));
    NewTable { path: vec!["command".to_owned(), command.to_owned()], many: false, keys }
}

/// The names of the fields that have no value of their own.
fn needed(wish: &Wish) -> Vec<String> {
    let key = NewTable {
        path: vec!["aggregate".to_owned(), "X".to_owned()],
        many: false,
        keys: vec![("state".to_owned(), Content::List(wish.fields.clone()))],
    };
    let text = crate::syntax::insert("", crate::syntax::Order::File, &[key]);
    let Some(Ok(text)) = text else { return Vec::new() };
    let (_, tree, _) = load(vec![(Utf8PathBuf::from("domain/x.toml"), text.into_bytes())]);
    let aggregates = tree.contexts.iter().flat_map(|context| &context.aggregates);
    let is_needed = |field: &&Field| {
        let has_own = matches!(
            field.typed.ty.as_ref().map(|ty| &ty.kind),
            Some(
                TypeKind::Option(_)
                    | TypeKind::List(..)
                    | TypeKind::Set(..)
                    | TypeKind::Map(..)
                    | TypeKind::Entities { .. }
            )
        );
        !has_own && field.typed.default.is_none()
    };
    let needed = aggregates.flat_map(|a| &a.state).filter(is_needed);
    needed.map(|field| field.name.text.clone()).collect()
}
