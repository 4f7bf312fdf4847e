//! From the conditions of a query to those of the store: each value gets its column's type.

use serde_json::Value;

use crate::command::Failure;
use crate::store::{ColumnType, Comparison, Cond, Datum, Term, TextMatch, ViewSchema};

/// The store's form of a condition on a table.
///
/// # Errors
/// A column that the table does not have, a value of another type than its column.
pub fn cond_of(schema: &ViewSchema, cond: &kit::Cond) -> Result<Cond, Failure> {
    let many = |conds: &[kit::Cond]| -> Result<Vec<Cond>, Failure> {
        conds.iter().map(|it| cond_of(schema, it)).collect()
    };
    Ok(match cond {
        kit::Cond::Const(true) => Cond::All(Vec::new()),
        kit::Cond::Const(false) => Cond::Any(Vec::new()),
        kit::Cond::All(conds) => Cond::All(many(conds)?),
        kit::Cond::Any(conds) => Cond::Any(many(conds)?),
        kit::Cond::True(term) => Cond::True(term_of(schema, term, Some(ColumnType::Bool))?),
        kit::Cond::Not(cond) => Cond::Not(Box::new(cond_of(schema, cond)?)),
        kit::Cond::Compare(left, op, right) => {
            let (left, right) = pair(schema, left, right)?;
            Cond::Compare(left, comparison(*op), right)
        }
        kit::Cond::In(term, values) => {
            let kind = kind_of(schema, term)?;
            let values = values.iter().map(|value| datum(kind, value)).collect::<Result<_, _>>()?;
            Cond::In(term_of(schema, term, kind)?, values)
        }
        kit::Cond::IsNone(term) => Cond::IsNull(term_of(schema, term, kind_of(schema, term)?)?),
        kit::Cond::StartsWith(a, b) => text(schema, a, TextMatch::StartsWith, b)?,
        kit::Cond::EndsWith(a, b) => text(schema, a, TextMatch::EndsWith, b)?,
        kit::Cond::Contains(a, b) => text(schema, a, TextMatch::Contains, b)?,
    })
}

fn text(
    schema: &ViewSchema,
    a: &kit::query::Term,
    how: TextMatch,
    b: &kit::query::Term,
) -> Result<Cond, Failure> {
    let kind = Some(ColumnType::Text);
    Ok(Cond::Text(term_of(schema, a, kind)?, how, term_of(schema, b, kind)?))
}

fn comparison(op: kit::query::Op) -> Comparison {
    match op {
        kit::query::Op::Eq => Comparison::Eq,
        kit::query::Op::Ne => Comparison::Ne,
        kit::query::Op::Lt => Comparison::Lt,
        kit::query::Op::Le => Comparison::Le,
        kit::query::Op::Gt => Comparison::Gt,
        kit::query::Op::Ge => Comparison::Ge,
    }
}

fn pair(
    schema: &ViewSchema,
    left: &kit::query::Term,
    right: &kit::query::Term,
) -> Result<(Term, Term), Failure> {
    let kind = match kind_of(schema, left)? {
        Some(kind) => Some(kind),
        None => kind_of(schema, right)?,
    };
    Ok((term_of(schema, left, kind)?, term_of(schema, right, kind)?))
}

/// The type of the first column in a term.
fn kind_of(schema: &ViewSchema, term: &kit::query::Term) -> Result<Option<ColumnType>, Failure> {
    use kit::query::Term as T;
    match term {
        T::Column(name) => match schema.column(name) {
            Some(column) => Ok(Some(column.kind)),
            None => Err(Failure::Fault(format!("{} has no column {name}", schema.name))),
        },
        T::Value(_) => Ok(None),
        T::Add(a, b) | T::Sub(a, b) | T::Mul(a, b) => match kind_of(schema, a)? {
            Some(kind) => Ok(Some(kind)),
            None => kind_of(schema, b),
        },
    }
}

fn term_of(
    schema: &ViewSchema,
    term: &kit::query::Term,
    kind: Option<ColumnType>,
) -> Result<Term, Failure> {
    use kit::query::Term as T;
    let both = |a, b| -> Result<_, Failure> {
        Ok((Box::new(term_of(schema, a, kind)?), Box::new(term_of(schema, b, kind)?)))
    };
    Ok(match term {
        T::Column(name) => {
            kind_of(schema, term)?;
            Term::Column((*name).to_owned())
        }
        T::Value(value) => Term::Value(datum(kind, value)?),
        T::Add(a, b) => both(a, b).map(|(a, b)| Term::Add(a, b))?,
        T::Sub(a, b) => both(a, b).map(|(a, b)| Term::Sub(a, b))?,
        T::Mul(a, b) => both(a, b).map(|(a, b)| Term::Mul(a, b))?,
    })
}

/// A value as the type beside it asks; where that is another type of number or time, as itself.
fn datum(kind: Option<ColumnType>, value: &Value) -> Result<Datum, Failure> {
    let own = match value {
        Value::Null => return Ok(Datum::Null),
        Value::Bool(_) => ColumnType::Bool,
        Value::Number(number) if number.is_i64() => ColumnType::Int,
        Value::Number(_) => ColumnType::Decimal(12),
        Value::String(_) => ColumnType::Text,
        Value::Array(_) | Value::Object(_) => ColumnType::Json,
    };
    let tries = match kind {
        Some(ColumnType::Time | ColumnType::Duration) => {
            vec![ColumnType::Time, ColumnType::Duration]
        }
        Some(ColumnType::Int) if value.is_string() => decimals(value),
        Some(ColumnType::Decimal(scale)) => {
            let mut tries = vec![ColumnType::Decimal(scale)];
            tries.extend(decimals(value));
            tries
        }
        Some(kind) => vec![kind],
        None => vec![own],
    };
    let found = tries.into_iter().find_map(|kind| Datum::from_json(kind, value).ok());
    found.ok_or_else(|| Failure::Fault("a condition compares values of two types".to_owned()))
}

/// The decimal type with as many places as the text has.
fn decimals(value: &Value) -> Vec<ColumnType> {
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let places = text.split_once('.').map_or(0, |(_, places)| places.len());
    vec![ColumnType::Decimal(u8::try_from(places).unwrap_or(u8::MAX))]
}
