//! Example messages of each context: by type and bounds, else what a scenario uses for that type.

use std::collections::BTreeMap;

use super::literal::{example, literal, zone};
use super::values::ir;
use crate::lang::check::World;
use crate::lang::eval::Env;
use crate::lang::ir::{Ir, IrKind, Literal};
use crate::lang::types::{FieldDef, Type, TypeDefKind, TypeId};
use crate::model::{Context, Example, Examples, Outcome, Scenario, Trigger};

/// The examples of a context.
pub(super) fn of(world: &World, context: &Context) -> Examples {
    let mut env = Env::constant(world);
    env.zone = zone(&context.time_zone);
    let known = Known { world, env, samples: samples(context) };
    let record = |id: TypeId| known.record(world.types.fields(id));
    let ids = context.aggregates.values().filter_map(|aggregate| {
        let id = &aggregate.id;
        let field = FieldDef::plain(id.name.clone(), id.ty.clone(), aggregate.span);
        Some((aggregate.name.clone(), known.field(&field)?))
    });
    let published = context.publications.values().map(|it| &it.event);
    let events = context.events.values().chain(published);
    let events = events.filter_map(|e| Some((e.name.clone(), record(e.record)?)));
    let commands =
        context.commands.values().filter_map(|c| Some((c.name.clone(), record(c.record)?)));
    let written = context.replicas.values().chain(context.references.values());
    let projections = written.chain(context.views.values());
    let rows = projections.filter_map(|p| Some((p.name.clone(), record(p.row)?)));
    Examples {
        ids: ids.collect(),
        events: events.collect(),
        commands: commands.collect(),
        rows: rows.collect(),
        sagas: BTreeMap::new(),
    }
}

/// What examples are made from.
struct Known<'w> {
    world: &'w World,
    env: Env<'w>,
    /// Constants of scenarios by type.
    samples: BTreeMap<TypeId, Ir>,
}

impl Known<'_> {
    fn record(&self, fields: &[FieldDef]) -> Option<Example> {
        let mut record: Example =
            fields.iter().map(|f| Some((f.name.clone(), self.field(f)?))).collect::<Option<_>>()?;
        record.shrink_to_fit();
        Some(record)
    }

    fn field(&self, field: &FieldDef) -> Option<Ir> {
        let by_type = example(&self.env, field)
            .and_then(|value| literal(self.world, &value, &field.ty, field.span));
        by_type.or_else(|| self.sampled(field))
    }

    fn sampled(&self, field: &FieldDef) -> Option<Ir> {
        let Type::Named(id) = &field.ty else {
            let empty = matches!(field.ty, Type::Option(_) | Type::Patch(_));
            let none = ir(IrKind::Lit(Literal::None), field.ty.clone(), field.span);
            return empty.then_some(none);
        };
        if let Some(sample) = self.samples.get(id) {
            return Some(sample.clone());
        }
        match &self.world.types.get(*id)?.kind {
            TypeDefKind::Record { fields, .. } => {
                let fields = self.record(fields)?;
                Some(ir(IrKind::Record { ty: *id, fields }, field.ty.clone(), field.span))
            }
            _ => None,
        }
    }
}

/// The first constant of each named type in the scenarios.
fn samples(context: &Context) -> BTreeMap<TypeId, Ir> {
    let mut found = BTreeMap::new();
    for scenario in &context.scenarios {
        for ir in constants(scenario) {
            ir.walk(&mut |node| {
                if let Type::Named(id) = &node.ty {
                    found.entry(*id).or_insert_with(|| node.clone());
                }
            });
        }
    }
    found
}

fn constants(scenario: &Scenario) -> Vec<&Ir> {
    let mut all: Vec<&Ir> = Vec::new();
    let when = match &scenario.when {
        Trigger::Command(told) | Trigger::Event(told) => Some(told),
        Trigger::Schedule(_) | Trigger::Nothing => None,
    };
    for told in scenario.given.iter().chain(when) {
        all.push(&told.stream);
        all.extend(told.fields.iter().map(|(_, ir)| ir));
    }
    all.extend(scenario.rows.iter().flat_map(|row| row.fields.iter().map(|(_, ir)| ir)));
    if let Outcome::Events(events) = &scenario.then {
        all.extend(events.iter().flat_map(|e| e.fields.iter().map(|(_, ir)| ir)));
    }
    all
}
