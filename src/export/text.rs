//! Typed expressions as text: every root and conversion that matters is written out, so that two
//! expressions with one text mean the same.

use crate::lang::ir::{
    ArithOp, ChangeIr, CompareOp, Conversion, Ir, IrArg, IrKind, Literal, MessageIr, OutcomeIr,
    Piece, RefusalIr, Root, RuleIr, WhenIr,
};
use crate::lang::types::{Scale, Type, TypeDefKind, TypeTable};

/// A type as it is written in a domain file.
pub(super) fn ty(types: &TypeTable, of: &Type) -> String {
    match of {
        Type::Error => "?".to_owned(),
        Type::None => "none".to_owned(),
        Type::Bool => "bool".to_owned(),
        Type::Int => "int".to_owned(),
        Type::Decimal(Scale::Fixed(scale)) => format!("decimal({scale})"),
        Type::Decimal(Scale::Free) => "decimal(*)".to_owned(),
        Type::Text => "string".to_owned(),
        Type::Uuid => "uuid".to_owned(),
        Type::Date => "date".to_owned(),
        Type::Time => "time".to_owned(),
        Type::Duration => "duration".to_owned(),
        Type::Period => "period".to_owned(),
        Type::Named(id) => types.get(*id).map_or_else(String::new, |def| def.name.clone()),
        Type::Option(inner) => format!("{}?", ty(types, inner)),
        Type::Patch(inner) => format!("patch {}?", ty(types, inner)),
        Type::List(inner) => format!("list<{}>", ty(types, inner)),
        Type::Set(inner) => format!("set<{}>", ty(types, inner)),
        Type::Map(key, value) => format!("map<{}, {}>", ty(types, key), ty(types, value)),
        Type::Entities(id) => {
            let Some(def) = types.get(*id) else { return String::new() };
            match &def.kind {
                TypeDefKind::Record { key, .. } => {
                    format!("entities<{}> by {}", def.name, key.join(", "))
                }
                _ => def.name.clone(),
            }
        }
    }
}

fn root(of: Root) -> &'static str {
    match of {
        Root::This => "state",
        Root::Cmd => "cmd",
        Root::After => "after",
        Root::Ev => "ev",
        Root::Meta => "meta",
        Root::Row => "row",
        Root::Before => "before",
        Root::Reply => "reply",
        Root::Params => "params",
        Root::Value => "value",
        Root::Item => "item",
        Root::Element => "element",
        Root::Actor => "actor",
        Root::Settings => "settings",
        Root::Msg => "msg",
        Root::Old => "old",
    }
}

fn literal(of: &Literal) -> String {
    match of {
        Literal::Bool(b) => b.to_string(),
        Literal::Int(n) => n.to_string(),
        Literal::Decimal(d) => d.to_string(),
        Literal::Text(t) => format!("'{}'", t.replace('\\', "\\\\").replace('\'', "\\'")),
        Literal::Duration(d) => d.to_string(),
        Literal::Period { months, days } => format!("P{months}M{days}D"),
        Literal::Date(d) => d.to_string(),
        Literal::Time(t) => t.to_string(),
        Literal::Uuid(u) => u.to_string(),
        Literal::None => "none".to_owned(),
    }
}

/// An expression.
pub(super) fn expr(types: &TypeTable, of: &Ir) -> String {
    let e = |ir: &Ir| expr(types, ir);
    let all = |list: &[Ir]| list.iter().map(e).collect::<Vec<_>>().join(", ");
    match &of.kind {
        IrKind::Error => "?".to_owned(),
        IrKind::Lit(l) => literal(l),
        IrKind::Local(name) => name.clone(),
        IrKind::Root(r) => root(*r).to_owned(),
        IrKind::RootField { root: r, name } | IrKind::RootDerived { root: r, name } => {
            format!("{}.{name}", root(*r))
        }
        IrKind::Field { of, name } | IrKind::Derived { of, name } => format!("{}.{name}", e(of)),
        IrKind::Now => "now".to_owned(),
        IrKind::Today => "today".to_owned(),
        IrKind::Exists => "exists".to_owned(),
        IrKind::Member { ty, index } => member(types, *ty, *index),
        IrKind::Record { ty, fields } => {
            let name = types.get(*ty).map_or("", |def| def.name.as_str());
            format!("{name}({})", binds(types, fields))
        }
        IrKind::Union { ty, index, fields } => {
            format!("{}({})", member(types, *ty, *index), binds(types, fields))
        }
        IrKind::List(items) => format!("[{}]", all(items)),
        IrKind::Convert { how, of: inner } => match how {
            Conversion::IntToDecimal | Conversion::Rescale => {
                format!("({} as {})", e(inner), ty(types, &of.ty))
            }
            Conversion::Narrow => format!("{}!", e(inner)),
            _ => e(inner),
        },
        IrKind::Not(inner) => format!("!{}", e(inner)),
        IrKind::Neg(inner) => format!("-{}", e(inner)),
        IrKind::And(a, b) => format!("({} && {})", e(a), e(b)),
        IrKind::Or(a, b) => format!("({} || {})", e(a), e(b)),
        IrKind::Compare { op, left, right } => {
            format!("({} {} {})", e(left), compare(*op), e(right))
        }
        IrKind::Arith { op, left, right } => format!("({} {} {})", e(left), arith(*op), e(right)),
        IrKind::In { item, list } => format!("({} in {})", e(item), e(list)),
        IrKind::Is { of: inner, index } => {
            let name = match &inner.ty {
                Type::Named(id) => member(types, *id, *index),
                _ => index.to_string(),
            };
            format!("({} is {name})", e(inner))
        }
        IrKind::If { cond, then, otherwise } => {
            format!("if {} {{ {} }} else {{ {} }}", e(cond), e(then), e(otherwise))
        }
        IrKind::Index { of: inner, keys } => format!("{}[{}]", e(inner), all(keys)),
        IrKind::Lookup { context, source, keys } => format!("{context}.{source}[{}]", all(keys)),
        IrKind::Method { method, of: inner, args } => {
            let args: Vec<String> = args.iter().map(|a| arg(types, a)).collect();
            let name = crate::names::snake(&format!("{method:?}"));
            format!("{}.{name}({})", e(inner), args.join(", "))
        }
        IrKind::Builtin { function, args } => {
            format!("{}({})", crate::names::snake(&format!("{function:?}")), all(args))
        }
        IrKind::Table { name, args, .. } | IrKind::Function { name, args, .. } => {
            format!("{name}({})", all(args))
        }
        IrKind::Format { pieces, args } => format_call(types, pieces, args),
        IrKind::Next { name, part } => match part {
            Some(part) => format!("next('{name}', {})", e(part)),
            None => format!("next('{name}')"),
        },
    }
}

fn format_call(types: &TypeTable, pieces: &[Piece], args: &[Ir]) -> String {
    let piece = |p: &Piece| match p {
        Piece::Text(t) => t.clone(),
        Piece::Arg(None) => "{}".to_owned(),
        Piece::Arg(Some(width)) => format!("{{:0{width}}}"),
    };
    let text: String = pieces.iter().map(piece).collect();
    let args: Vec<String> = args.iter().map(|a| expr(types, a)).collect();
    format!("format('{text}', {})", args.join(", "))
}

fn member(types: &TypeTable, id: crate::lang::types::TypeId, index: u32) -> String {
    let Some(def) = types.get(id) else { return index.to_string() };
    let name = match &def.kind {
        TypeDefKind::Enum { members, .. } => members.get(index as usize).map(|m| &m.name),
        TypeDefKind::Union { members } => members.get(index as usize).map(|m| &m.0),
        _ => None,
    };
    format!("{}.{}", def.name, name.map_or("?", String::as_str))
}

fn arg(types: &TypeTable, of: &IrArg) -> String {
    match of {
        IrArg::Value(value) => expr(types, value),
        IrArg::Closure(params, body) => format!("|{}| {}", params.join(", "), expr(types, body)),
    }
}

fn compare(op: CompareOp) -> &'static str {
    match op {
        CompareOp::Eq => "==",
        CompareOp::Ne => "!=",
        CompareOp::Lt => "<",
        CompareOp::Le => "<=",
        CompareOp::Gt => ">",
        CompareOp::Ge => ">=",
    }
}

fn arith(op: ArithOp) -> &'static str {
    match op {
        ArithOp::Add => "+",
        ArithOp::Sub => "-",
        ArithOp::Mul => "*",
        ArithOp::Div => "/",
        ArithOp::Rem => "%",
    }
}

/// `a = x, b = y`
pub(super) fn binds(types: &TypeTable, list: &[(String, Ir)]) -> String {
    let one = |(name, value): &(String, Ir)| format!("{name} = {}", expr(types, value));
    list.iter().map(one).collect::<Vec<_>>().join(", ")
}

/// A message.
pub(super) fn message(types: &TypeTable, of: &MessageIr) -> String {
    let when = match &of.when {
        WhenIr::Always => String::new(),
        WhenIr::If(cond) => format!(" if {}", expr(types, cond)),
        WhenIr::Otherwise => " otherwise".to_owned(),
    };
    format!("{}.{}({}){when}", of.context, of.name, binds(types, &of.fields))
}

/// A refusal.
pub(super) fn refusal(types: &TypeTable, of: &RefusalIr) -> String {
    if of.fields.is_empty() {
        return of.name.clone();
    }
    format!("{}({})", of.name, binds(types, &of.fields))
}

/// An outcome.
pub(super) fn outcome(types: &TypeTable, of: &OutcomeIr) -> String {
    match of {
        OutcomeIr::Refuse(of) => refusal(types, of),
        OutcomeIr::Ignore => "ignore".to_owned(),
        OutcomeIr::Emit(of) => format!("emit {}", message(types, of)),
    }
}

/// A rule.
pub(super) fn rule(types: &TypeTable, of: &RuleIr) -> String {
    format!("{} else {}", expr(types, &of.cond), outcome(types, &of.outcome))
}

/// A change.
pub(super) fn change(types: &TypeTable, of: &ChangeIr) -> String {
    let e = |ir: &Ir| expr(types, ir);
    match of {
        ChangeIr::Set { field, value } => format!("{field} = {}", e(value)),
        ChangeIr::Append { field, value } => format!("append {field} = {}", e(value)),
        ChangeIr::Merge { field, element, assigns } => {
            format!("merge {field} = {}: {}", e(element), binds(types, assigns))
        }
        ChangeIr::Update { field, cond, assigns } => {
            let cond = cond.as_ref().map_or_else(String::new, |c| format!(" where {}", e(c)));
            format!("update {field}{cond}: {}", binds(types, assigns))
        }
        ChangeIr::RemoveWhere { field, cond } => format!("remove {field} where {}", e(cond)),
        ChangeIr::RemoveKey { field, key } => {
            format!("remove {field}[{}]", key.iter().map(e).collect::<Vec<_>>().join(", "))
        }
        ChangeIr::Put { field, key, value } => format!("put {field}[{}] = {}", e(key), e(value)),
        ChangeIr::Delete => "delete".to_owned(),
    }
}
