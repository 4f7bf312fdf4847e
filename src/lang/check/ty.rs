//! Written types: names resolved, bounds read, what a place allows.

use rust_decimal::Decimal;

use super::checker::{Allow, Checker};
use super::coerce::base_of;
use super::show::show;
use crate::diagnostics::Diagnostic;
use crate::lang::tree::{Path, RangeExpr, TypeExpr, TypeKind};
use crate::lang::types::{Bounds, RecordRole, Scale, Type, TypeDefKind};

/// The largest scale of a decimal.
const MAX_SCALE: u8 = 12;

impl Checker<'_> {
    pub(super) fn written(&mut self, ty: &TypeExpr, allow: Allow) -> (Type, Bounds) {
        let inner = Allow::default();
        let plain = |t| (t, Bounds::default());
        match &ty.kind {
            TypeKind::Bool => plain(Type::Bool),
            TypeKind::Uuid => plain(Type::Uuid),
            TypeKind::Date => plain(Type::Date),
            TypeKind::Time => plain(Type::Time),
            TypeKind::Duration => plain(Type::Duration),
            TypeKind::Int(range) => (Type::Int, self.range(range.as_ref(), None)),
            TypeKind::String(range) => (Type::Text, self.range(range.as_ref(), None)),
            TypeKind::Decimal { scale, range } => {
                if *scale > MAX_SCALE {
                    self.report(
                        Diagnostic::error(
                            212,
                            ty.span,
                            format!("a decimal has at most {MAX_SCALE} places"),
                        )
                        .label("too many places")
                        .help(format!("write `decimal({MAX_SCALE})`")),
                    );
                    return plain(Type::Error);
                }
                (Type::Decimal(Scale::Fixed(*scale)), self.range(range.as_ref(), None))
            }
            TypeKind::List(of, range) => {
                let (of, bounds) = self.written(of, inner);
                (Type::List(Box::new(of)), self.range(range.as_ref(), Some(bounds)))
            }
            TypeKind::Set(of, range) => {
                let (element, bounds) = self.written(of, inner);
                let element = self.key(element, of, "an element of a set");
                (Type::Set(Box::new(element)), self.range(range.as_ref(), Some(bounds)))
            }
            TypeKind::Map(k, v) => {
                let (key, key_bounds) = self.written(k, inner);
                let key = self.key(key, k, "a key of a map");
                let (value, bounds) = self.written(v, inner);
                let mut all = self.range(None, Some(bounds));
                all.key = (!key_bounds.is_open()).then(|| Box::new(key_bounds));
                (Type::Map(Box::new(key), Box::new(value)), all)
            }
            TypeKind::Entities { entity, .. } => {
                if !allow.entities {
                    self.not_here(
                        ty,
                        "`entities` belong into the state of an aggregate",
                        "use a list",
                    );
                    return plain(Type::Error);
                }
                let path = Path { context: None, name: entity.clone() };
                plain(self.type_named(&path).map_or(Type::Error, Type::Entities))
            }
            TypeKind::Patch(of) => {
                if !allow.patch {
                    self.not_here(
                        ty,
                        "`patch` belongs into commands and events",
                        "write the type without `patch`",
                    );
                    return plain(Type::Error);
                }
                let (of, bounds) = self.written(of, inner);
                let (of, bounds) = match of {
                    Type::Option(t) => (*t, bounds),
                    t => (t, self.range(None, Some(bounds))),
                };
                (Type::Patch(Box::new(of)), bounds)
            }
            TypeKind::Option(of) => {
                let (of, bounds) = self.written(of, inner);
                (Type::Option(Box::new(of)), self.range(None, Some(bounds)))
            }
            TypeKind::Named(path) => plain(self.named(path)),
            TypeKind::Error => plain(Type::Error),
        }
    }

    fn named(&mut self, path: &Path) -> Type {
        let Some(id) = self.type_named(path) else { return Type::Error };
        let entity = matches!(
            self.world.types.get(id).map(|d| &d.kind),
            Some(TypeDefKind::Record { role: RecordRole::Entity, .. })
        );
        let foreign = path.context.as_ref().is_some_and(|c| Some(c.text.as_str()) != self.context);
        if entity && foreign {
            let name = &path.name.text;
            self.report(
                Diagnostic::error(
                    403,
                    path.span(),
                    format!("entity `{name}` belongs to its aggregate alone"),
                )
                .label("not visible here")
                .help("make it a value there, or copy the fields that you need"),
            );
            return Type::Error;
        }
        Type::Named(id)
    }

    fn not_here(&mut self, ty: &TypeExpr, message: &str, help: &str) {
        self.report(Diagnostic::error(221, ty.span, message).label("not allowed here").help(help));
    }

    fn key(&mut self, ty: Type, at: &TypeExpr, what: &str) -> Type {
        let ok = match base_of(&self.world.types, &ty) {
            Type::Error
            | Type::Bool
            | Type::Int
            | Type::Text
            | Type::Uuid
            | Type::Date
            | Type::Time => true,
            Type::Named(id) => {
                matches!(self.world.types.get(*id).map(|d| &d.kind), Some(TypeDefKind::Enum { .. }))
            }
            _ => false,
        };
        if ok {
            return ty;
        }
        let is = show(&self.world.types, &ty);
        self.report(
            Diagnostic::error(214, at.span, format!("{is} cannot be {what}"))
                .label("not a key type")
                .help(
                    "keys are bool, int, string, uuid, date, time, enums and newtypes over these",
                ),
        );
        Type::Error
    }

    fn range(&mut self, range: Option<&RangeExpr>, inner: Option<Bounds>) -> Bounds {
        let inner = inner.filter(|b| !b.is_open()).map(Box::new);
        let Some(range) = range else { return Bounds { inner, ..Bounds::default() } };
        if let (Some(min), Some(max)) = (range.min, range.max)
            && min > max
        {
            self.report(
                Diagnostic::error(217, range.span, "the lower bound is above the upper one")
                    .label("reversed")
                    .help(format!("write `{max}..{min}`"))
                    .patch(range.span, reversed(min, max)),
            );
            return Bounds { inner, ..Bounds::default() };
        }
        Bounds { min: range.min, max: range.max, inner, key: None }
    }
}

fn reversed(min: Decimal, max: Decimal) -> String {
    format!("{max}..{min}")
}
