//! Changes, done to a record.

use super::env::{Env, Fault, Result};
use super::expr::{eval, evaluated, key, truth};
use super::ops::unexpected;
use super::value::{Fields, Value};
use crate::lang::ir::{ChangeIr, Ir, Root};
use crate::lang::types::{TypeDefKind, TypeTable};

/// Do the changes in order to the record that is [`Root::This`] in `env`; each sees the earlier
/// ones. False when the row is to be deleted.
///
/// # Errors
/// The first fault; the record then has the changes before it.
pub fn apply(changes: &[ChangeIr], env: &mut Env<'_>) -> Result<bool> {
    for change in changes {
        if matches!(change, ChangeIr::Delete) {
            return Ok(false);
        }
        one(change, env)?;
    }
    Ok(true)
}

fn one(change: &ChangeIr, env: &mut Env<'_>) -> Result<()> {
    match change {
        ChangeIr::Set { field, value } => {
            let value = match eval(value, env)? {
                Value::Patch(None) => return Ok(()),
                Value::Patch(Some(value)) => Value::Option(value),
                value => value,
            };
            put(field, value, env)
        }
        ChangeIr::Append { field, value } => {
            let value = eval(value, env)?;
            let types = env.types();
            with(field, env, |of| append(of, value, types))
        }
        ChangeIr::Merge { field, element, assigns } => merge(field, element, assigns, env),
        ChangeIr::Update { field, cond, assigns } => elements(field, env, |item, env| {
            let hit = match cond {
                Some(cond) => inside(item.clone(), env, |env| truth(cond, env))?,
                None => true,
            };
            if hit { assigned(item, assigns, env).map(Some) } else { Ok(Some(item)) }
        }),
        ChangeIr::RemoveWhere { field, cond } => elements(field, env, |item, env| {
            let hit = inside(item.clone(), env, |env| truth(cond, env))?;
            Ok((!hit).then_some(item))
        }),
        ChangeIr::RemoveKey { field, key: keys } => {
            let key = key(keys, env)?;
            with(field, env, |of| match of {
                Value::Map(entries) => {
                    entries.remove(&key);
                    Ok(())
                }
                _ => Err(unexpected("`remove`")),
            })
        }
        ChangeIr::Put { field, key, value } => {
            let (key, value) = (eval(key, env)?, eval(value, env)?);
            with(field, env, |of| match of {
                Value::Map(entries) => {
                    entries.insert(key, value);
                    Ok(())
                }
                _ => Err(unexpected("`put`")),
            })
        }
        ChangeIr::Delete => Ok(()),
    }
}

fn this<'e>(env: &'e mut Env<'_>) -> Result<&'e mut Fields> {
    match env.roots.get_mut(&Root::This) {
        Some(Value::Record(_, fields)) => Ok(fields),
        _ => Err(Fault::Unknown("there is nothing to change".into())),
    }
}

fn put(field: &str, value: Value, env: &mut Env<'_>) -> Result<()> {
    this(env)?.insert(field.to_owned(), value);
    Ok(())
}

fn with(field: &str, env: &mut Env<'_>, work: impl FnOnce(&mut Value) -> Result<()>) -> Result<()> {
    let of = this(env)?.get_mut(field);
    work(of.ok_or_else(|| Fault::Unknown(format!("`{field}` has no value")))?)
}

fn append(of: &mut Value, value: Value, types: &TypeTable) -> Result<()> {
    match of {
        Value::List(items) => items.push(value),
        Value::Set(items) => {
            items.insert(value);
        }
        Value::Map(entries) => {
            let key = key_of(&value, types).ok_or_else(|| unexpected("an element"))?;
            entries.insert(key, value);
        }
        _ => return Err(unexpected("`append`")),
    }
    Ok(())
}

/// The key of an entity.
pub(super) fn key_of(element: &Value, types: &TypeTable) -> Option<Value> {
    let Value::Record(id, fields) = element else { return None };
    let TypeDefKind::Record { key, .. } = &types.get(*id)?.kind else { return None };
    let mut parts = key.iter().map(|k| fields.get(k).cloned()).collect::<Option<Vec<_>>>()?;
    if parts.len() == 1 { parts.pop() } else { Some(Value::List(parts)) }
}

/// Evaluate where the element's fields are bare names.
fn inside<T>(
    item: Value,
    env: &mut Env<'_>,
    work: impl FnOnce(&mut Env<'_>) -> Result<T>,
) -> Result<T> {
    let before = [Root::Element, Root::Item].map(|r| (r, env.roots.insert(r, item.clone())));
    let out = work(env);
    for (root, value) in before {
        match value {
            Some(value) => env.roots.insert(root, value),
            None => env.roots.remove(&root),
        };
    }
    out
}

/// The element with its assigns done, each seeing the earlier ones.
fn assigned(mut item: Value, assigns: &[(String, Ir)], env: &mut Env<'_>) -> Result<Value> {
    for (name, ir) in assigns {
        let value = inside(item.clone(), env, |env| eval(ir, env))?;
        if let Value::Record(_, fields) = &mut item {
            fields.insert(name.clone(), value);
        }
    }
    Ok(item)
}

/// Replace every element by what `work` makes of it; `None` removes it.
fn elements(
    field: &str,
    env: &mut Env<'_>,
    mut work: impl FnMut(Value, &mut Env<'_>) -> Result<Option<Value>>,
) -> Result<()> {
    let of = this(env)?.get(field).cloned();
    let done = match of {
        Some(Value::List(items)) => {
            let mut out = Vec::new();
            for item in items {
                out.extend(work(item, env)?);
            }
            Value::List(out)
        }
        Some(Value::Set(items)) => {
            let mut out = std::collections::BTreeSet::new();
            for item in items {
                out.extend(work(item, env)?);
            }
            Value::Set(out)
        }
        Some(Value::Map(entries)) => {
            let mut out = std::collections::BTreeMap::new();
            for (key, item) in entries {
                if let Some(item) = work(item, env)? {
                    out.insert(key, item);
                }
            }
            Value::Map(out)
        }
        _ => return Err(unexpected("a collection")),
    };
    put(field, done, env)
}

fn merge(field: &str, element: &Ir, assigns: &[(String, Ir)], env: &mut Env<'_>) -> Result<()> {
    let types = env.types();
    let new = eval(element, env)?;
    let key = key_of(&new, types).ok_or_else(|| unexpected("an element"))?;
    let found = match this(env)?.get(field) {
        Some(Value::Map(entries)) => entries.get(&key).cloned(),
        Some(Value::List(items)) => {
            items.iter().find(|i| key_of(i, types).as_ref() == Some(&key)).cloned()
        }
        _ => return Err(unexpected("`merge`")),
    };
    let Some(found) = found else { return with(field, env, |of| append(of, new, types)) };
    let merged = assigned(found, assigns, env)?;
    with(field, env, |of| {
        match of {
            Value::Map(entries) => {
                entries.insert(key, merged);
            }
            Value::List(items) => {
                let at = items.iter_mut().find(|i| key_of(i, types).as_ref() == Some(&key));
                if let Some(at) = at {
                    *at = merged;
                }
            }
            _ => {}
        }
        Ok(())
    })
}

/// A record with these values.
///
/// # Errors
/// The first fault.
pub fn made(
    ty: crate::lang::types::TypeId,
    values: &[(String, Ir)],
    env: &mut Env<'_>,
) -> Result<Value> {
    Ok(Value::Record(ty, evaluated(values, env)?))
}
