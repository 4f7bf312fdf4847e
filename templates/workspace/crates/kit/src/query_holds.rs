//! Judging a condition without a store: for tests of policies and for simulations.

use std::cmp::Ordering;

use rust_decimal::Decimal;
use serde_json::Value;

use crate::query::{Cond, Op, Term};
use crate::row::{Kind, Table};

impl Cond {
    /// Whether the condition holds for a row, as every store judges it.
    #[must_use]
    pub fn holds(&self, table: &Table, row: &Value) -> bool {
        let text = |term: &Term| term.of(row).as_str().map(str::to_owned);
        let texts = |a: &Term, b: &Term, holds: fn(&str, &str) -> bool| {
            text(a).zip(text(b)).is_some_and(|(a, b)| holds(&a, &b))
        };
        match self {
            Self::Const(holds) => *holds,
            Self::Compare(a, op, b) => {
                let kind = a.kind(table).or_else(|| b.kind(table));
                compare(kind, &a.of(row), *op, &b.of(row))
            }
            Self::True(term) => term.of(row) == Value::Bool(true),
            Self::In(term, values) => {
                let (kind, value) = (term.kind(table), term.of(row));
                !value.is_null() && values.iter().any(|it| compare(kind, &value, Op::Eq, it))
            }
            Self::IsNone(term) => term.of(row).is_null(),
            Self::StartsWith(a, b) => texts(a, b, |a, b| a.starts_with(b)),
            Self::EndsWith(a, b) => texts(a, b, |a, b| a.ends_with(b)),
            Self::Contains(a, b) => texts(a, b, |a, b| a.contains(b)),
            Self::All(conds) => conds.iter().all(|cond| cond.holds(table, row)),
            Self::Any(conds) => conds.iter().any(|cond| cond.holds(table, row)),
            Self::Not(cond) => !cond.holds(table, row),
        }
    }
}

impl Term {
    /// The value for a row; null when it is empty or does not fit.
    fn of(&self, row: &Value) -> Value {
        match self {
            Self::Column(name) => row.get(name).cloned().unwrap_or_default(),
            Self::Value(value) => value.clone(),
            Self::Add(a, b) => arithmetic(&a.of(row), &b.of(row), Decimal::checked_add),
            Self::Sub(a, b) => arithmetic(&a.of(row), &b.of(row), Decimal::checked_sub),
            Self::Mul(a, b) => arithmetic(&a.of(row), &b.of(row), Decimal::checked_mul),
        }
    }

    /// The kind of the first column in it.
    fn kind(&self, table: &Table) -> Option<Kind> {
        match self {
            Self::Column(name) => table.column(name).map(|column| column.kind),
            Self::Value(_) => None,
            Self::Add(a, b) | Self::Sub(a, b) | Self::Mul(a, b) => {
                a.kind(table).or_else(|| b.kind(table))
            }
        }
    }
}

fn number(value: &Value) -> Option<Decimal> {
    match value {
        Value::Number(number) => number.to_string().parse().ok(),
        Value::String(text) => text.parse().ok(),
        _ => None,
    }
}

fn arithmetic(a: &Value, b: &Value, of: fn(Decimal, Decimal) -> Option<Decimal>) -> Value {
    let result = number(a).zip(number(b)).and_then(|(a, b)| of(a, b));
    result.map(|number| Value::String(number.to_string())).unwrap_or_default()
}

fn compare(kind: Option<Kind>, a: &Value, op: Op, b: &Value) -> bool {
    let equal = || order(kind, a, b) == Some(Ordering::Equal);
    match op {
        Op::Eq if a.is_null() || b.is_null() => a.is_null() && b.is_null(),
        Op::Ne if a.is_null() || b.is_null() => a.is_null() != b.is_null(),
        Op::Eq => equal(),
        Op::Ne => !equal(),
        Op::Lt => order(kind, a, b).is_some_and(Ordering::is_lt),
        Op::Le => order(kind, a, b).is_some_and(Ordering::is_le),
        Op::Gt => order(kind, a, b).is_some_and(Ordering::is_gt),
        Op::Ge => order(kind, a, b).is_some_and(Ordering::is_ge),
    }
}

/// The order of two values; none when one is empty or they cannot be compared.
fn order(kind: Option<Kind>, a: &Value, b: &Value) -> Option<Ordering> {
    match (kind, a, b) {
        (_, Value::Bool(a), Value::Bool(b)) => Some(a.cmp(b)),
        (Some(Kind::Int | Kind::Decimal(_)), a, b) => Some(number(a)?.cmp(&number(b)?)),
        (Some(Kind::Time), Value::String(a), Value::String(b)) => {
            let (a, b) = (a.parse::<jiff::Timestamp>().ok()?, b.parse::<jiff::Timestamp>().ok()?);
            Some(a.cmp(&b))
        }
        (Some(Kind::Duration), Value::String(a), Value::String(b)) => {
            let parse = |text: &str| text.parse::<jiff::SignedDuration>().ok();
            Some(parse(a)?.cmp(&parse(b)?))
        }
        (_, Value::String(a), Value::String(b)) => Some(a.cmp(b)),
        (_, Value::Number(_), Value::Number(_)) => Some(number(a)?.cmp(&number(b)?)),
        (_, a, b) => (a == b && !a.is_null()).then_some(Ordering::Equal),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::query::{col, val};
    use crate::row::{Column, Kind, Table};

    const TABLE: Table = Table {
        name: "loans",
        version: 1,
        columns: &[
            Column::key("id", Kind::Int),
            Column::new("fine", Kind::Decimal(2)),
            Column::optional("due", Kind::Time),
            Column::new("name", Kind::Text),
            Column::new("late", Kind::Bool),
        ],
    };

    #[test]
    fn values_are_compared_as_their_kind_says() {
        let row = json!({
            "id": 1, "fine": "10.00", "due": "2026-01-05T09:00:00Z", "name": "Emma", "late": true
        });
        let holds = [
            col("fine").gt(val(9)),
            col("fine").eq(val("10.0")),
            col("due").lt(val("2026-01-05T09:00:00.5Z")),
            col("name").contains(val("mm")).and(col("late").is_true()),
            col("id").one_of([3, 1]),
            col("id").add(val(2)).le(col("fine")),
            col("due").is_none().not(),
        ];
        for cond in holds {
            assert!(cond.holds(&TABLE, &row), "{cond:?}");
        }
    }

    #[test]
    fn nothing_equals_nothing_and_is_in_no_order() {
        let row = json!({ "id": 1, "fine": "0.00", "name": "", "late": false });
        assert!(col("due").eq(val(None::<i64>)).holds(&TABLE, &row));
        assert!(col("due").ne(val("2026-01-05T09:00:00Z")).holds(&TABLE, &row));
        assert!(!col("due").le(val("2026-01-05T09:00:00Z")).holds(&TABLE, &row));
        assert!(!col("due").one_of([None::<i64>]).holds(&TABLE, &row));
    }
}
