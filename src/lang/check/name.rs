//! Names: prefixes, bare names in the order of language.md 5.2, members, and "did you mean".

use super::checker::{Checker, error};
use super::scope::{Exists, LocalKind, Use};
use crate::diagnostics::{Diagnostic, all_nearest};
use crate::lang::ir::{Ir, IrKind, Root};
use crate::lang::tree::{Ident, Path};
use crate::lang::types::{Type, TypeDef, TypeDefKind, TypeId};
use crate::source::Span;

/// The words of prefixes and where they are known, for reports.
const PREFIXES: [(&str, Root, &str); 14] = [
    ("cmd", Root::Cmd, "commands"),
    ("state", Root::This, "commands, `apply` and sagas"),
    ("after", Root::After, "later messages of `emit` and in `ensure`"),
    ("ev", Root::Ev, "`apply`, views, replicas and policies"),
    ("meta", Root::Meta, "views, replicas and policies"),
    ("row", Root::Row, "policies with `each`"),
    ("before", Root::Before, "policies with `replica`"),
    ("reply", Root::Reply, "replies of saga steps"),
    ("params", Root::Params, "queries"),
    ("value", Root::Value, "newtypes"),
    ("item", Root::Item, "`update` and `remove`"),
    ("actor", Root::Actor, "commands and queries"),
    ("msg", Root::Msg, "`translate`"),
    ("old", Root::Old, "`upcast`"),
];

/// How reports call the place where events change a state.
const APPLY: &str = "`apply`";
/// Where a row of a reference is listed.
pub const LISTED: &str = "a row of a reference";

/// The prefix of a root.
pub(super) fn word_of(root: Root) -> Option<&'static str> {
    PREFIXES.into_iter().find(|(_, r, _)| *r == root).map(|(word, ..)| word)
}

impl<'a> Checker<'a> {
    /// The root that a prefix means here.
    pub(super) fn prefix(&self, word: &str) -> Option<Root> {
        let (_, root, _) = PREFIXES.into_iter().find(|(w, _, _)| *w == word)?;
        self.scope.roots.contains_key(&root).then_some(root)
    }

    /// `cmd.name`
    pub(super) fn root_field(
        &mut self,
        root: Root,
        prefix: &str,
        prefix_span: Span,
        name: &Ident,
        span: Span,
    ) -> Ir {
        let Some(ty) = self.scope.roots.get(&root).cloned() else { return error(span) };
        let Type::Named(id) = ty else {
            let of = Ir { kind: IrKind::Root(root), ty, span: prefix_span };
            return self.field(of, name, span);
        };
        if let Some(ir) = self.of_record(root, id, &name.text, span) {
            return ir;
        }
        let world = self.world;
        let Some(def) = world.types.get(id) else { return error(span) };
        if !matches!(def.kind, TypeDefKind::Record { .. }) {
            let of = Ir { kind: IrKind::Root(root), ty: Type::Named(id), span: prefix_span };
            return self.field(of, name, span);
        }
        let names: Vec<String> = self.names_of(id);
        let what = match root {
            Root::This | Root::After => format!("`{}` has no field", def.name),
            _ => format!("`{prefix}` has no field"),
        };
        let code = if root == Root::Params { 119 } else { 103 };
        self.unknown(code, name, &what, names.iter().map(String::as_str));
        error(span)
    }

    /// A field or derived value of a root's record.
    pub(super) fn of_record(
        &mut self,
        root: Root,
        id: TypeId,
        name: &str,
        span: Span,
    ) -> Option<Ir> {
        let TypeDefKind::Record { fields, derives, .. } = &self.world.types.get(id)?.kind else {
            return None;
        };
        let name = name.to_owned();
        let (kind, ty) = match fields.iter().find(|f| f.name == name) {
            Some(f) => (IrKind::RootField { root, name }, f.ty.clone()),
            None => {
                let d = derives.iter().find(|d| d.name == name)?;
                (IrKind::RootDerived { root, name }, d.ty.clone())
            }
        };
        let guarded = self.scope.exists == Exists::Needed && root == Root::This;
        if guarded && !self.facts.exists() {
            self.report(
                Diagnostic::error(319, span, "the state may not exist here")
                    .label("a field of the state")
                    .help("test it before: `exists && ..`, or `if exists { .. } else { .. }`"),
            );
            return Some(error(span));
        }
        Some(self.narrowed(Ir { kind, ty, span }))
    }

    fn names_of(&self, id: TypeId) -> Vec<String> {
        match self.world.types.get(id).map(|d| &d.kind) {
            Some(TypeDefKind::Record { fields, derives, .. }) => fields
                .iter()
                .map(|f| f.name.clone())
                .chain(derives.iter().map(|d| d.name.clone()))
                .collect(),
            _ => Vec::new(),
        }
    }

    fn record_of(&self, root: Root) -> Option<TypeId> {
        match self.scope.roots.get(&root) {
            Some(Type::Named(id)) => Some(*id),
            _ => None,
        }
    }

    /// The enum whose members are bare names for this expected type.
    fn enum_for(&self, hint: Option<&Type>) -> Option<TypeId> {
        match hint? {
            Type::Named(id) => {
                matches!(self.world.types.get(*id).map(|d| &d.kind), Some(TypeDefKind::Enum { .. }))
                    .then_some(*id)
            }
            Type::Option(t) | Type::Patch(t) | Type::List(t) | Type::Set(t) => {
                self.enum_for(Some(t))
            }
            _ => None,
        }
    }

    /// Whether a bare name is known without an expected type.
    pub(super) fn is_known(&self, name: &str) -> bool {
        let has = |root| {
            self.record_of(root).is_some_and(|id| self.names_of(id).iter().any(|n| n == name))
        };
        self.scope.locals.iter().any(|l| l.name == name)
            || self.scope.subject.is_some_and(has)
            || has(Root::Settings)
            || self.word(name)
    }

    fn word(&self, name: &str) -> bool {
        (matches!(name, "now" | "today") && self.scope.clock)
            || (name == "exists" && self.scope.exists != Exists::Unknown)
            || (matches!(name, "value" | "item") && self.prefix(name).is_some())
    }

    /// A bare name.
    pub(super) fn name(&mut self, name: &str, span: Span, hint: Option<&Type>) -> Ir {
        let mut found: Vec<(Ir, String)> = Vec::new();
        if let Some(local) = self.scope.locals.iter().rev().find(|l| l.name == name).cloned() {
            let ir = Ir { kind: IrKind::Local(local.name), ty: local.ty, span };
            if matches!(local.kind, LocalKind::Parameter | LocalKind::Each) {
                // That it hides something was reported where it was declared.
                return self.narrowed(ir);
            }
            let what = match local.kind {
                LocalKind::Let => "a `let`",
                LocalKind::Lookup => "a `lookup`",
                _ => "a parameter",
            };
            found.push((self.narrowed(ir), what.into()));
        }
        if let Some(root) = self.scope.subject
            && let Some(id) = self.record_of(root)
            && self.names_of(id).iter().any(|n| n == name)
            && let Some(ir) = self.of_record(root, id, name, span)
        {
            found.push((ir, "state".into()));
        }
        if let Some(id) = self.record_of(Root::Settings)
            && let Some(ir) = self.of_record(Root::Settings, id, name, span)
        {
            let context = self.context.map(str::to_owned);
            self.used.insert(Use::Setting(context, name.to_owned()));
            found.push((ir, "a setting".into()));
        }
        if let Some(id) = self.enum_for(hint)
            && let Some((index, owner)) = self.member_index(id, name)
        {
            let kind = IrKind::Member { ty: id, index };
            found.push((Ir { kind, ty: Type::Named(id), span }, owner));
        }
        let several = found.len() > 1;
        match found.into_iter().next() {
            Some((ir, what)) => {
                if several && ir.ty != Type::Error {
                    self.ambiguous(name, &ir, &what, hint);
                    return error(span);
                }
                ir
            }
            None => self.word_or_unknown(name, span, hint),
        }
    }

    fn member_index(&self, id: TypeId, name: &str) -> Option<(u32, String)> {
        let def = self.world.types.get(id)?;
        let TypeDefKind::Enum { members, .. } = &def.kind else { return None };
        let index = members.iter().position(|m| m.name == name)?;
        Some((u32::try_from(index).ok()?, def.name.clone()))
    }

    /// MN112; the patch takes the meaning whose type is wanted here.
    fn ambiguous(&mut self, name: &str, first: &Ir, what: &str, hint: Option<&Type>) {
        let span = first.span;
        let fits = hint.is_none_or(|hint| *hint == first.ty);
        let prefix = self
            .enum_for(hint)
            .and_then(|id| Some((self.member_index(id, name)?.1, ())))
            .map(|(owner, ())| format!("{owner}.{name}"));
        let diagnostic =
            Diagnostic::error(112, span, format!("`{name}` can mean several things")).label(what);
        let subject = what == "state" && self.scope.roots.contains_key(&Root::This);
        self.report(match (subject, prefix) {
            (true, Some(member)) => {
                let help = format!("write `state.{name}` or `{member}`");
                let right = if fits { format!("state.{name}") } else { member };
                diagnostic.help(help).patch(span, right)
            }
            (true, None) => diagnostic
                .help(format!("write `state.{name}`"))
                .patch(span, format!("state.{name}")),
            (false, Some(member)) => {
                diagnostic.help(format!("write `{member}`")).patch(span, member)
            }
            (false, None) => diagnostic.help("give one of them another name"),
        });
    }

    fn word_or_unknown(&mut self, name: &str, span: Span, hint: Option<&Type>) -> Ir {
        // Beside something broken a name may be a member of its type.
        let broken = match hint {
            Some(Type::Option(t) | Type::List(t) | Type::Set(t)) => **t == Type::Error,
            hint => hint == Some(&Type::Error),
        };
        let at = |kind, ty| Ir { kind, ty, span };
        match name {
            "now" if self.scope.clock => return at(IrKind::Now, Type::Time),
            "today" if self.scope.clock => return at(IrKind::Today, Type::Date),
            "now" | "today" => {
                let place = self.place();
                let help = "put the time into the event: `emit = \"E(at = now)\"`";
                let help = match place {
                    APPLY => help.to_owned(),
                    LISTED => "a row says what it is, the same at each start".to_owned(),
                    _ => format!("use `meta.time`, or {help}"),
                };
                self.report(
                    Diagnostic::error(218, span, format!("`{name}` does not exist in {place}"))
                        .label("the clock")
                        .help(help),
                );
                return error(span);
            }
            "exists" if self.scope.exists != Exists::Unknown => {
                return at(IrKind::Exists, Type::Bool);
            }
            "value" | "item" => {
                if let Some(root) = self.prefix(name)
                    && let Some(ty) = self.scope.roots.get(&root)
                {
                    let ty = ty.clone();
                    return self.narrowed(at(IrKind::Root(root), ty));
                }
            }
            _ => {}
        }
        if let Some((_, root, places)) = PREFIXES.into_iter().find(|(w, _, _)| *w == name) {
            let known = self.scope.roots.contains_key(&root);
            let place = self.place();
            let d = if known {
                Diagnostic::error(110, span, format!("`{name}` alone is not a value"))
                    .label("a prefix")
                    .help(format!("write a field behind it: `{name}.field`"))
            } else if root == Root::Meta && place == APPLY {
                // A command folds its events before the store has given them an envelope.
                Diagnostic::error(218, span, format!("`{name}` does not exist in {place}"))
                    .label("told when the event is stored, after it was applied")
                    .help("put the value into the event: `emit = \"E(at = now)\"`, then `ev.at`")
            } else {
                Diagnostic::error(113, span, format!("`{name}` is not known in {place}"))
                    .label("a prefix")
                    .help(format!("it is known in {places}"))
            };
            self.report(d);
            return error(span);
        }
        let member = |def: &TypeDef| match &def.kind {
            TypeDefKind::Enum { members, .. } => members.iter().any(|m| m.name == name),
            _ => false,
        };
        if broken && self.world.types.iter().any(|(_, def)| member(def)) {
            return error(span);
        }
        let ident = Ident { text: name.to_owned(), span };
        match self.enum_for(hint) {
            Some(id) => {
                let names = self.member_names(id);
                let owner = self.world.types.get(id).map_or("", |d| &d.name);
                let what = format!("`{owner}` has no member");
                let all = self.bare_names().into_iter().chain(names).collect::<Vec<_>>();
                self.unknown(109, &ident, &what, all.iter().map(String::as_str));
            }
            None => {
                let names = self.bare_names();
                self.unknown(108, &ident, "there is no name", names.iter().map(String::as_str));
            }
        }
        error(span)
    }

    fn member_names(&self, id: TypeId) -> Vec<String> {
        match self.world.types.get(id).map(|d| &d.kind) {
            Some(TypeDefKind::Enum { members, .. }) => {
                members.iter().map(|m| m.name.clone()).collect()
            }
            Some(TypeDefKind::Union { members }) => members.iter().map(|m| m.0.clone()).collect(),
            _ => Vec::new(),
        }
    }

    fn bare_names(&self) -> Vec<String> {
        let mut names: Vec<String> = self.scope.locals.iter().map(|l| l.name.clone()).collect();
        for root in self.scope.subject.into_iter().chain([Root::Settings]) {
            names.extend(self.record_of(root).map(|id| self.names_of(id)).unwrap_or_default());
        }
        if self.scope.clock {
            names.extend(["now".to_owned(), "today".to_owned()]);
        }
        names
    }

    pub(super) fn place(&self) -> &'static str {
        if self.scope.place.is_empty() { "this place" } else { self.scope.place }
    }

    /// Report an unknown name with the nearest known one, which then counts as used.
    pub(super) fn unknown<'n>(
        &mut self,
        code: u16,
        name: &Ident,
        what: &str,
        known: impl Iterator<Item = &'n str> + Clone,
    ) {
        let near = all_nearest(&name.text, known.clone());
        self.near.extend(near.iter().map(|n| (*n).to_owned()));
        let text = format!("{what} `{}`", name.text);
        let diagnostic = Diagnostic::error(code, name.span, text).label("not known");
        let diagnostic = match near.as_slice() {
            [near] => diagnostic.help(format!("did you mean `{near}`?")).patch(name.span, *near),
            [near, other, ..] => diagnostic.help(format!("did you mean `{near}` or `{other}`?")),
            [] => {
                let mut all: Vec<&str> = known.collect();
                all.sort_unstable();
                all.dedup();
                let shown = all.iter().take(12).map(|n| format!("`{n}`")).collect::<Vec<_>>();
                match (all.len(), shown.is_empty()) {
                    (_, true) => diagnostic.help("nothing of that kind is known here"),
                    (n, _) if n > shown.len() => {
                        diagnostic.help(format!("known are {} and others", shown.join(", ")))
                    }
                    _ => diagnostic.help(format!("known are {}", shown.join(", "))),
                }
            }
        };
        self.report(diagnostic);
    }

    /// The named type of a path; MN101 and MN102 when there is none.
    pub(super) fn type_named(&mut self, path: &Path) -> Option<TypeId> {
        let world = self.world;
        let context = match &path.context {
            Some(context) => {
                if !world.contexts.contains(&context.text) {
                    let names = world.contexts.iter().map(String::as_str);
                    self.unknown(101, context, "there is no context", names);
                    return None;
                }
                Some(context.text.as_str())
            }
            None => self.context,
        };
        if let Some(id) = world.types.find(context, &path.name.text) {
            self.used.insert(Use::Type(id));
            return Some(id);
        }
        let named = |(id, d): (TypeId, &'a TypeDef)| {
            let here = d.context.as_deref() == context || d.context.is_none();
            (here && world.types.find(context, &d.name) == Some(id)).then_some(d.name.as_str())
        };
        let names: Vec<&str> = world.types.iter().filter_map(named).collect();
        self.unknown(102, &path.name, "there is no type", names.into_iter());
        None
    }

    /// `Warranty.long`
    pub(super) fn member(&mut self, path: &Path, member: &Ident, span: Span) -> Ir {
        let Some(id) = self.type_named(path) else { return error(span) };
        let name = &path.name.text;
        if let Some((index, _)) = self.member_index(id, &member.text) {
            return Ir { kind: IrKind::Member { ty: id, index }, ty: Type::Named(id), span };
        }
        let world = self.world;
        match world.types.get(id).map(|d| &d.kind) {
            Some(TypeDefKind::Enum { .. }) => {
                let names = self.member_names(id);
                let what = format!("`{name}` has no member");
                self.unknown(109, member, &what, names.iter().map(String::as_str));
                error(span)
            }
            Some(TypeDefKind::Union { members }) if members.iter().any(|m| m.0 == member.text) => {
                self.record(path, Some(member), &[], span)
            }
            _ => {
                self.report(
                    Diagnostic::error(110, path.span(), format!("`{name}` has no members"))
                        .label("neither an enum nor a union")
                        .help(format!("build it with `{name}(..)`")),
                );
                error(span)
            }
        }
    }

    /// `note is from_owner`
    pub(super) fn is(&mut self, of: &crate::lang::tree::Expr, member: &Ident, span: Span) -> Ir {
        let of = self.infer(of, None);
        if of.ty == Type::Error {
            return error(span);
        }
        let world = self.world;
        let def = match of.ty {
            Type::Named(id) => world.types.get(id),
            _ => None,
        };
        let Some(TypeDefKind::Union { members }) = def.map(|d| &d.kind) else {
            self.report_not(&of, "a union");
            return error(span);
        };
        match members.iter().position(|m| m.0 == member.text).map(u32::try_from) {
            Some(Ok(index)) => {
                Ir { kind: IrKind::Is { of: Box::new(of), index }, ty: Type::Bool, span }
            }
            _ => {
                let name = def.map_or("", |d| &d.name);
                let names = members.iter().map(|m| m.0.as_str());
                self.unknown(109, member, &format!("`{name}` has no member"), names);
                error(span)
            }
        }
    }
}
