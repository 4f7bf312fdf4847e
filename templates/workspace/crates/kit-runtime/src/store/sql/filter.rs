//! Conditions as SQL with two values: a part that could be unknown is made false where it matters, under `not`.

use super::{Dialect, quote};
use crate::store::{ColumnType, Comparison, Cond, Datum, StoreError, Term, TextMatch, ViewSchema};

/// Collects SQL and the values bound in it.
#[derive(Debug)]
pub(super) struct Filter<'a> {
    pub(super) dialect: Dialect,
    pub(super) schema: &'a ViewSchema,
    pub(super) binds: Vec<Datum>,
}

/// The types that can be compared and computed with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Bool,
    Number(u32),
    Text,
    Uuid,
    Date,
    Time,
    Duration,
    Null,
}

struct Typed {
    sql: String,
    kind: Kind,
    nullable: bool,
}

fn invalid<T>(text: impl Into<String>) -> Result<T, StoreError> {
    Err(StoreError::Invalid(text.into()))
}

impl Filter<'_> {
    /// The condition; under `not` every part must be true or false, elsewhere unknown counts as false anyway.
    pub(super) fn cond(&mut self, cond: &Cond, exact: bool) -> Result<String, StoreError> {
        match cond {
            Cond::All(parts) => self.joined(parts, " and ", "true", exact),
            Cond::Any(parts) => self.joined(parts, " or ", "false", exact),
            Cond::Not(part) => Ok(format!("not ({})", self.cond(part, true)?)),
            Cond::Compare(left, op, right) => self.compare(left, *op, right, exact),
            Cond::In(term, values) => {
                let equal = values.iter().map(|value| {
                    let value = Term::Value(value.clone());
                    Cond::Compare(term.clone(), Comparison::Eq, value)
                });
                self.joined(&equal.collect::<Vec<_>>(), " or ", "false", exact)
            }
            Cond::IsNull(term) => Ok(format!("({} is null)", self.term(term)?.sql)),
            Cond::Text(text, place, needle) => self.text(text, *place, needle, exact),
            Cond::True(term) => {
                let term = self.term(term)?;
                if term.kind != Kind::Bool {
                    return invalid("only a bool can be a condition");
                }
                Ok(decided(term.sql, term.nullable && exact))
            }
        }
    }

    fn joined(
        &mut self,
        parts: &[Cond],
        word: &str,
        empty: &str,
        exact: bool,
    ) -> Result<String, StoreError> {
        if parts.is_empty() {
            return Ok(empty.to_owned());
        }
        let parts: Result<Vec<_>, _> = parts.iter().map(|it| self.cond(it, exact)).collect();
        Ok(format!("({})", parts?.join(word)))
    }

    fn compare(
        &mut self,
        left: &Term,
        op: Comparison,
        right: &Term,
        exact: bool,
    ) -> Result<String, StoreError> {
        let (left, right) = (self.term(left)?, self.term(right)?);
        let (left, right) = self.aligned(left, right)?;
        let either = left.nullable || right.nullable;
        let (distinct, same) = match self.dialect {
            Dialect::Sqlite => ("is not", "is"),
            Dialect::Postgres => ("is distinct from", "is not distinct from"),
        };
        let op = match op {
            Comparison::Eq if right.kind == Kind::Null => {
                return Ok(format!("({} is null)", left.sql));
            }
            Comparison::Eq if left.nullable && right.nullable => same,
            Comparison::Eq => "=",
            Comparison::Ne if right.kind == Kind::Null => {
                return Ok(format!("({} is not null)", left.sql));
            }
            Comparison::Ne if either => distinct,
            Comparison::Ne => "<>",
            _ if left.kind == Kind::Null || right.kind == Kind::Null => return Ok("false".into()),
            Comparison::Lt => "<",
            Comparison::Le => "<=",
            Comparison::Gt => ">",
            Comparison::Ge => ">=",
        };
        let unknown = either && !op.starts_with("is");
        Ok(decided(format!("{} {op} {}", left.sql, right.sql), unknown && exact))
    }

    fn text(
        &mut self,
        text: &Term,
        place: TextMatch,
        needle: &Term,
        exact: bool,
    ) -> Result<String, StoreError> {
        let (text, needle) = (self.term(text)?, self.term(needle)?);
        if [text.kind, needle.kind].iter().any(|it| !matches!(it, Kind::Text | Kind::Null)) {
            return invalid("only texts can be looked into");
        }
        let unknown = text.nullable || needle.nullable;
        let (t, n) = (text.sql, needle.sql);
        let sql = match (place, self.dialect) {
            (TextMatch::StartsWith, _) => format!("substr({t}, 1, length({n})) = {n}"),
            (TextMatch::EndsWith, Dialect::Postgres) => format!("right({t}, length({n})) = {n}"),
            (TextMatch::EndsWith, Dialect::Sqlite) => {
                format!("substr({t}, length({t}) - length({n}) + 1) = {n}")
            }
            (TextMatch::Contains, Dialect::Postgres) => format!("strpos({t}, {n}) > 0"),
            (TextMatch::Contains, Dialect::Sqlite) => format!("instr({t}, {n}) > 0"),
        };
        Ok(decided(sql, unknown && exact))
    }

    fn term(&mut self, term: &Term) -> Result<Typed, StoreError> {
        match term {
            Term::Column(name) => self.column(name),
            Term::Value(value) => self.value(value),
            Term::Add(left, right) => self.computed(left, "+", right),
            Term::Sub(left, right) => self.computed(left, "-", right),
            Term::Mul(left, right) => self.computed(left, "*", right),
        }
    }

    fn column(&self, name: &str) -> Result<Typed, StoreError> {
        let Some(column) = self.schema.column(name) else {
            return invalid(format!("`{}` has no column `{name}`", self.schema.name));
        };
        let kind = match column.kind {
            ColumnType::Bool => Kind::Bool,
            ColumnType::Int => Kind::Number(0),
            ColumnType::Decimal(scale) => Kind::Number(u32::from(scale)),
            ColumnType::Text | ColumnType::Enum(_) => Kind::Text,
            ColumnType::Uuid => Kind::Uuid,
            ColumnType::Date => Kind::Date,
            ColumnType::Time => Kind::Time,
            ColumnType::Duration => Kind::Duration,
            ColumnType::Json => return invalid(format!("column `{name}` cannot be compared")),
        };
        Ok(Typed { sql: quote(name), kind, nullable: column.nullable })
    }

    fn value(&mut self, value: &Datum) -> Result<Typed, StoreError> {
        let kind = match value {
            Datum::Null => {
                return Ok(Typed { sql: "null".into(), kind: Kind::Null, nullable: true });
            }
            Datum::Bool(_) => Kind::Bool,
            Datum::Int(_) => Kind::Number(0),
            Datum::Decimal(number) => Kind::Number(number.scale()),
            Datum::Text(_) => Kind::Text,
            Datum::Uuid(_) => Kind::Uuid,
            Datum::Date(_) => Kind::Date,
            Datum::Time(_) => Kind::Time,
            Datum::Duration(_) => Kind::Duration,
            Datum::Json(_) => return invalid("a collection cannot be compared"),
        };
        self.binds.push(value.clone());
        Ok(Typed { sql: self.placeholder(kind), kind, nullable: false })
    }

    fn placeholder(&self, kind: Kind) -> String {
        let number = self.binds.len();
        let cast = match kind {
            _ if self.dialect == Dialect::Sqlite => return format!("?{number}"),
            Kind::Text | Kind::Null => return format!("${number}::text"),
            Kind::Bool => "boolean",
            Kind::Number(0) | Kind::Time | Kind::Duration => "bigint",
            Kind::Number(_) => "numeric",
            Kind::Uuid => "uuid",
            Kind::Date => "date",
        };
        format!("(${number}::text)::{cast}")
    }

    fn computed(&mut self, left: &Term, op: &str, right: &Term) -> Result<Typed, StoreError> {
        let (left, right) = (self.term(left)?, self.term(right)?);
        let nullable = left.nullable || right.nullable;
        let kind = match (left.kind, op, right.kind) {
            (Kind::Number(a), "*", Kind::Number(b)) => Kind::Number(a + b),
            (Kind::Number(a), _, Kind::Number(b)) => Kind::Number(a.max(b)),
            (Kind::Time, "+" | "-", Kind::Duration) => Kind::Time,
            (Kind::Time, "-", Kind::Time) | (Kind::Duration, "+" | "-", Kind::Duration) => {
                Kind::Duration
            }
            (left, _, right) => return invalid(format!("{left:?} {op} {right:?} has no meaning")),
        };
        let (left, right) = if op == "*" { (left, right) } else { self.scaled(left, right) };
        Ok(Typed { sql: format!("({} {op} {})", left.sql, right.sql), kind, nullable })
    }

    fn aligned(&self, left: Typed, right: Typed) -> Result<(Typed, Typed), StoreError> {
        match (left.kind, right.kind) {
            (Kind::Number(_), Kind::Number(_)) => Ok(self.scaled(left, right)),
            (Kind::Null, _) => Ok((right, left)),
            (_, Kind::Null) => Ok((left, right)),
            (a, b) if a == b => Ok((left, right)),
            (a, b) => invalid(format!("{a:?} and {b:?} cannot be compared")),
        }
    }

    /// Brings two scaled integers to one scale; PostgreSQL does that itself.
    fn scaled(&self, left: Typed, right: Typed) -> (Typed, Typed) {
        match (self.dialect, left.kind, right.kind) {
            (Dialect::Sqlite, Kind::Number(a), Kind::Number(b)) if a < b => {
                (times(left, b - a), right)
            }
            (Dialect::Sqlite, Kind::Number(a), Kind::Number(b)) if a > b => {
                (left, times(right, a - b))
            }
            _ => (left, right),
        }
    }
}

fn times(term: Typed, places: u32) -> Typed {
    let factor = 10_i64.checked_pow(places).unwrap_or(i64::MAX);
    Typed { sql: format!("({} * {factor})", term.sql), ..term }
}

fn decided(sql: String, unknown: bool) -> String {
    if unknown { format!("coalesce({sql}, false)") } else { format!("({sql})") }
}
