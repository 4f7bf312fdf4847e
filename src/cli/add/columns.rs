//! Fields that follow from what is there: columns of a view, the state of a saga, what a creating
//! command must bring.

use super::known::Known;
use crate::lang::types::{FieldDef, Type, TypeDefKind, TypeId, TypeTable};
use crate::model::{Event, Model};

/// The fields that every creating event of the aggregate must set: without default, `?` or collection.
pub(super) fn required(known: &Known<'_>, context: &str, aggregate: &str) -> Vec<String> {
    let Some((model, found)) = known.model().zip(known.meant(context)) else { return Vec::new() };
    let Some(aggregate) = found.aggregates.get(aggregate) else { return Vec::new() };
    let declared = declared(model, aggregate);
    let needed =
        declared.into_iter().filter(|field| field.default.is_none() && is_plain(&field.ty));
    needed.map(|field| field.name.clone()).collect()
}

/// The columns that a view of an aggregate has when nothing is said: its status, and each field of
/// the state that events carry, so that the column is filled; not what is personal or secret.
pub(super) fn of_aggregate(known: &Known<'_>, context: &str, aggregate: &str) -> Vec<String> {
    let Some((model, found)) = known.model().zip(known.meant(context)) else { return Vec::new() };
    let Some(aggregate) = found.aggregates.get(aggregate) else { return Vec::new() };
    let events: Vec<&Event> = aggregate.events.iter().filter_map(|e| found.events.get(e)).collect();
    let carries = |event: &Event, field: &FieldDef| {
        fields(&model.types, event.record).iter().any(|f| f.name == field.name && f.ty == field.ty)
    };
    let filled = |field: &FieldDef| {
        let mut creating = events.iter().filter(|event| event.begin.is_some());
        let shown = !field.marks.personal && field.marks.secret.is_none();
        let simple = !matches!(field.ty, Type::Entities(_));
        let always = creating.all(|event| carries(event, field));
        let ever = events.iter().any(|event| carries(event, field));
        shown && simple && (always || (ever && matches!(field.ty, Type::Option(_))))
    };
    let own = declared(model, aggregate).into_iter().filter(|field| filled(field));
    let mut columns: Vec<String> = own.map(|field| field.name.clone()).collect();
    if aggregate.status.is_some() {
        columns.push("status".to_owned());
    }
    columns
}

/// The state that a saga has when nothing is said: the id and the fields of the event that starts it.
pub(super) fn of_start(known: &Known<'_>, context: &str, start: &str) -> Vec<String> {
    let (of, name) = start.split_once('.').unwrap_or((context, start));
    let Some((model, found)) = known.model().zip(known.meant(of)) else { return Vec::new() };
    let Some(event) = found.happening(name) else { return Vec::new() };
    let id = found.aggregates.get(&event.aggregate).map(|a| (a.id.name.clone(), a.id.ty.clone()));
    let of_event = fields(&model.types, event.record);
    let all = of_event.iter().map(|field| (field.name.clone(), field.ty.clone()));
    let all = id.into_iter().chain(all);
    let texts = all.filter_map(|(name, ty)| {
        Some(format!("{name}: {}", type_text(&model.types, &ty, context)?))
    });
    texts.collect()
}

/// The fields that the text of an aggregate's state lists.
fn declared<'m>(model: &'m Model, aggregate: &crate::model::Aggregate) -> Vec<&'m FieldDef> {
    let own = |field: &&FieldDef| {
        field.name != aggregate.id.name && !(field.name == "status" && aggregate.status.is_some())
    };
    fields(&model.types, aggregate.state).iter().filter(own).collect()
}

fn fields(types: &TypeTable, record: TypeId) -> &[FieldDef] {
    match types.get(record).map(|def| &def.kind) {
        Some(TypeDefKind::Record { fields, .. }) => fields,
        _ => &[],
    }
}

/// Neither optional nor a collection.
fn is_plain(ty: &Type) -> bool {
    !matches!(
        ty,
        Type::Option(_)
            | Type::Patch(_)
            | Type::List(_)
            | Type::Set(_)
            | Type::Map(..)
            | Type::Entities(_)
    )
}

/// A type as a context writes it; `None` for what cannot be kept in a saga.
fn type_text(types: &TypeTable, ty: &Type, context: &str) -> Option<String> {
    let inner = |ty: &Type| type_text(types, ty, context);
    let text = match ty {
        Type::Bool => "bool".to_owned(),
        Type::Int => "int".to_owned(),
        Type::Decimal(crate::lang::types::Scale::Fixed(scale)) => format!("decimal({scale})"),
        Type::Text => "string".to_owned(),
        Type::Uuid => "uuid".to_owned(),
        Type::Date => "date".to_owned(),
        Type::Time => "time".to_owned(),
        Type::Duration => "duration".to_owned(),
        Type::Named(id) => {
            let def = types.get(*id)?;
            match def.context.as_deref() {
                Some(of) if of != context => format!("{of}.{}", def.name),
                _ => def.name.clone(),
            }
        }
        Type::Option(of) => format!("{}?", inner(of)?),
        Type::List(of) => format!("list<{}>", inner(of)?),
        Type::Set(of) => format!("set<{}>", inner(of)?),
        Type::Map(key, value) => format!("map<{}, {}>", inner(key)?, inner(value)?),
        _ => return None,
    };
    Some(text)
}
