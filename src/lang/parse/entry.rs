//! The entries: one function per notation.

use super::parser::{Notation, whole};
use crate::diagnostics::Sink;
use crate::lang::text::Text;
use crate::lang::token::Sign;
use crate::lang::tree;

macro_rules! entries {
    ($($(#[$doc:meta])* $name:ident -> $tree:ty, $code:literal, $words:literal, $docs:literal, $example:literal, $read:expr;)+) => {
        $(
            $(#[$doc])*
            #[must_use]
            pub fn $name(text: &Text<'_>, sink: &mut Sink) -> Option<$tree> {
                let notation = Notation { code: $code, name: $words, example: $example };
                whole(text, sink, notation, $docs, $read)
            }
        )+
    };
}

entries! {
    /// `total + part.price <= limit`
    expr -> tree::Expr, 8, "expression", false, "for example `price >= 10`", |p| p.expr();
    /// A field of an array: `weeks: int(1..4) = 2 # how long`, `name?`
    field -> tree::Field, 14, "field", true, "for example `weeks: int(1..4)`", |p| p.field();
    /// A field's right side in the table form: `uuid personal`
    typed -> tree::Typed, 14, "type", true, "for example `string(1..80)?`", |p| p.typed();
    /// A type alone: `map<uuid, decimal(1)>`
    type_expr -> tree::TypeExpr, 14, "type", false, "for example `string(1..80)?`", |p| p.type_expr();
    /// `on_hand >= cmd.quantity else OutOfStock(part_no)`
    rule -> tree::Rule, 15, "rule", false, "for example `price > 0 else TooCheap`", |p| p.rule();
    /// `open, quoted else ignore`
    statuses -> tree::Statuses, 18, "statuses", false, "for example `open, quoted else ignore`", |p| p.statuses();
    /// `plate where !closed else PlateHasOpenJob`
    unique -> tree::Unique, 15, "rule", false, "for example `plate where !closed else PlateTaken`", |p| p.unique();
    /// `PartAdded(price = part.price) if quantity > 0`
    message -> tree::Message, 16, "message", false, "for example `PartAdded(price = part.price) if flags == 0`", |p| p.message();
    /// `stock.Part(part_no = job.part_no)?`
    part -> tree::Part, 16, "part", false, "for example `stock.Part(part_no = job.part_no)?`", |p| p.part();
    /// `merge parts: quantity += ev.quantity`
    change -> tree::Change, 17, "change", false, "for example `points += ev.points`", |p| p.change();
    /// `day in ev.planned.days`
    each -> tree::Each, 18, "`each`", false, "for example `JobList where flagged` or `day in ev.days`", |p| p.each();
    /// `total >= 500 => 5`
    case -> tree::Case, 18, "row", false, "for example `total >= 500 => 5`, and `else => 0` last", |p| p.case();
    /// `part_no: PartNo by client`
    id_decl -> tree::IdDecl, 14, "id", false, "for example `part_no: PartNo by client`", |p| p.id_decl();
    /// `10min then compensate`
    timeout -> tree::Timeout, 17, "timeout", false, "for example `10min then compensate`", |p| p.timeout();
    /// `15min`
    duration -> jiff::SignedDuration, 11, "duration", false, "for example `15min`", |p| p.duration();
    /// `send RemovePart`, `left = reply.on_hand`, `compensate`
    action -> tree::Action, 17, "action", false, "for example `left = reply.on_hand`, `send RemovePart` or `compensate`", |p| p.action();
    /// `OutOfStock(part_no, on_hand)`
    refusal -> tree::Refusal, 15, "refusal", false, "for example `OutOfStock(part_no)`", |p| p.refusal();
    /// `Job.*`, `stock.PriceChanged`
    event_pattern -> tree::EventPattern, 16, "event", false, "for example `stock.PriceChanged` or `Job.*`", |p| p.event_pattern();
    /// `long(months = 24)`
    member_decl -> tree::MemberDecl, 18, "member", false, "for example `long` or `long(months = 24)`", |p| p.member_decl();
    /// `part_no, quantity`
    name_list -> Vec<tree::Ident>, 18, "list of names", false, "for example `part_no, quantity`", |p| p.names("a name");
    /// One lower-case name: a status, a field, a role.
    name -> tree::Ident, 18, "name", false, "for example `part_no`", |p| p.name("a name");
    /// One upper-case name, perhaps of another context: `Job`, `stock.Part`
    path -> tree::Path, 16, "name", false, "for example `Job` or `stock.Part`", |p| p.path("a name such as `Job`");
    /// What a scenario does: `AddPart(quantity = 2)`, `timer remind`, `schedule FlagLate`
    trigger -> tree::Trigger, 16, "message", false, "for example `AddPart(quantity = 2)`", |p| p.trigger();
    /// A column to sort by; true is descending: `-promised`
    order -> (tree::Ident, bool), 18, "order", false, "for example `number` or `-promised`", |p| {
        let descending = p.eat(Sign::Minus);
        Ok((p.name("a column")?, descending))
    };
}

/// The name that a text begins with, whatever follows: what a broken field is called.
#[must_use]
pub fn first_name(text: &Text<'_>) -> Option<tree::Ident> {
    let start = text.text.len() - text.text.trim_start().len();
    let rest = text.text.get(start..)?;
    let len = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
    let name = rest.get(..len).filter(|n| n.starts_with(|c: char| !c.is_ascii_digit()))?;
    Some(tree::Ident { text: name.to_owned(), span: text.span(start, start + len) })
}
