//! `@name` in scenarios: the names behind its uuids.

use std::collections::{BTreeMap, BTreeSet};

use heck::ToSnakeCase as _;
use uuid::Uuid;

use super::resolver::Resolver;
use crate::lang::check::uuid_of;
use crate::lang::types::TypeDefKind;
use crate::model::Context;

/// The names that nobody has to write and those in the text, by what they stand for.
pub(super) fn names(
    r: &Resolver<'_>,
    contexts: &BTreeMap<String, Context>,
) -> BTreeMap<Uuid, String> {
    let mut names = written(r);
    names.insert("actor".to_owned());
    for context in contexts.values() {
        names.extend(context.aggregates.keys().map(|name| name.to_snake_case()));
    }
    for (_, def) in r.world.types.iter() {
        if let TypeDefKind::Record { fields, .. } = &def.kind {
            names.extend(fields.iter().map(|field| field.name.clone()));
        }
    }
    names.into_iter().map(|name| (uuid_of(&name), name)).collect()
}

/// Every `@name` in the domain text; one that stands elsewhere than in a scenario does no harm.
fn written(r: &Resolver<'_>) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for (_, file) in r.sources.iter() {
        for rest in file.text().split('@').skip(1) {
            let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_');
            names.extend(rest.get(..end.unwrap_or(rest.len())).map(str::to_owned));
        }
    }
    names.remove("");
    names
}
