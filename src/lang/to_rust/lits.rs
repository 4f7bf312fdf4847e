//! Constants.

use rust_decimal::Decimal;

use super::api::{Form, Lowered};
use crate::lang::ir::Literal;
use crate::layout::Node;

/// A literal as Rust. Text stays a `&str`.
#[must_use]
pub fn literal(lit: &Literal) -> Lowered {
    let node = match lit {
        Literal::Bool(value) => Node::atom(value.to_string()),
        Literal::Int(value) => Node::atom(grouped(i128::from(*value))),
        Literal::Decimal(value) => decimal(*value),
        Literal::Text(text) => return Lowered::new(Node::text(text), Form::Str),
        Literal::Duration(length) => duration(*length),
        Literal::Period { months, days } => period(*months, *days),
        Literal::Date(day) => Node::call(
            "time::day_of",
            vec![
                Node::atom(day.year().to_string()),
                Node::atom(day.month().to_string()),
                Node::atom(day.day().to_string()),
            ],
        ),
        Literal::Time(at) => Node::call(
            "time::from_micros",
            vec![Node::atom(grouped(i128::from(at.as_microsecond())))],
        ),
        Literal::Uuid(id) => {
            Node::call("Uuid::from_u128", vec![Node::atom(format!("0x{}", hex(id.as_u128())))])
        }
        Literal::None => Node::atom("None"),
    };
    Lowered::new(node, Form::Value)
}

/// 32 hexadecimal digits in groups of four, as clippy wants long literals.
fn hex(number: u128) -> String {
    let digits = format!("{number:032x}");
    let groups: Vec<String> = digits
        .as_bytes()
        .chunks(4)
        .map(|group| group.iter().map(|b| char::from(*b)).collect())
        .collect();
    groups.join("_")
}

fn duration(length: jiff::SignedDuration) -> Node {
    let micros = length.as_micros();
    if length.subsec_micros() != 0 {
        return Node::call("time::micros", vec![Node::atom(grouped(micros))]);
    }
    let seconds = length.as_secs();
    let (name, number) = match seconds {
        s if s != 0 && s % 3600 == 0 => ("from_hours", s / 3600),
        s if s != 0 && s % 60 == 0 => ("from_mins", s / 60),
        s => ("from_secs", s),
    };
    let number = Node::atom(grouped(i128::from(number)));
    Node::call(format!("SignedDuration::{name}"), vec![number])
}

fn period(months: i64, days: i64) -> Node {
    let call = |name: &str, n: i64| Node::call(name, vec![Node::atom(grouped(i128::from(n)))]);
    if months == 0 { call("time::days", days) } else { call("time::months", months) }
}

/// A decimal constant.
#[must_use]
pub fn decimal(number: Decimal) -> Node {
    let (digits, scale) = (grouped(number.mantissa()), number.scale().to_string());
    let small = i64::try_from(number.mantissa()).is_ok();
    let path = if small { "num::decimal" } else { "Decimal::from_i128_with_scale" };
    Node::call(path, vec![Node::atom(digits), Node::atom(scale)])
}

/// Digits in groups of three, as clippy wants long literals.
#[must_use]
pub fn grouped(number: i128) -> String {
    let digits = number.unsigned_abs().to_string();
    let sign = if number < 0 { "-" } else { "" };
    if digits.len() < 6 {
        return format!("{sign}{digits}");
    }
    let mut out = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push('_');
        }
        out.push(digit);
    }
    format!("{sign}{out}")
}
