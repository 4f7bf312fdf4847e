//! Types: `patch date?`, `decimal(2, 0..)`, `entities<Part> by part_no`, `stock.PartNo`.

use rust_decimal::Decimal;

use super::parser::{Parsed, Parser};
use crate::diagnostics::{Diagnostic, nearest};
use crate::lang::lex::Bad;
use crate::lang::token::{Sign, Tok};
use crate::lang::tree::{Ident, RangeExpr, TypeExpr, TypeKind};
use crate::source::Span;

/// Largest scale of a decimal.
const MAX_SCALE: i64 = 12;

/// The words for types, for suggestions.
const WORDS: [&str; 13] = [
    "bool", "int", "decimal", "string", "uuid", "date", "time", "duration", "list", "set", "map",
    "entities", "patch",
];

/// Types of other languages and their names here; the last ones have no name but a way out.
const ELSEWHERE: [(&str, &str); 30] = [
    ("boolean", "bool"),
    ("integer", "int"),
    ("long", "int"),
    ("i32", "int"),
    ("i64", "int"),
    ("u32", "int(0..)"),
    ("u64", "int(0..)"),
    ("usize", "int(0..)"),
    ("number", "decimal(2)"),
    ("numeric", "decimal(2)"),
    ("float", "decimal(2)"),
    ("double", "decimal(2)"),
    ("real", "decimal(2)"),
    ("f32", "decimal(2)"),
    ("f64", "decimal(2)"),
    ("money", "decimal(2)"),
    ("str", "string"),
    ("text", "string"),
    ("char", "string(1..1)"),
    ("varchar", "string"),
    ("datetime", "time"),
    ("timestamp", "time"),
    ("instant", "time"),
    ("interval", "duration"),
    ("guid", "uuid"),
    ("id", "uuid"),
    ("array", "list<..>"),
    ("vec", "list<..>"),
    ("hashmap", "map<.., ..>"),
    ("dict", "map<.., ..>"),
];

impl Parser<'_> {
    /// A type.
    pub(super) fn type_expr(&mut self) -> Parsed<TypeExpr> {
        let start = self.span();
        if !self.is_word("patch") {
            return self.option();
        }
        self.skip();
        let inner = self.option()?;
        let span = start.to(inner.span);
        if !matches!(inner.kind, TypeKind::Option(_)) {
            let at = Span { start: inner.span.end, ..inner.span };
            let report = Diagnostic::error(14, span, "`patch` without `?`");
            let help = "absent keeps, null clears, a value sets: write `patch T?`";
            self.soft(report.help(help).patch(at, "?"));
            let maybe = TypeExpr { span: inner.span, kind: TypeKind::Option(Box::new(inner)) };
            return Ok(TypeExpr { kind: TypeKind::Patch(Box::new(maybe)), span });
        }
        Ok(TypeExpr { kind: TypeKind::Patch(Box::new(inner)), span })
    }

    fn option(&mut self) -> Parsed<TypeExpr> {
        let base = self.base()?;
        if !self.eat(Sign::Question) {
            return Ok(base);
        }
        let span = base.span.to(self.before());
        if self.is(Sign::Question) {
            let report = Diagnostic::error(14, self.span(), "a type with two `?`");
            let report = report.help("one `?` is enough").patch(self.span(), "");
            self.soft(report);
            while self.eat(Sign::Question) {}
        }
        Ok(TypeExpr { kind: TypeKind::Option(Box::new(base)), span })
    }

    fn base(&mut self) -> Parsed<TypeExpr> {
        let start = self.span();
        if let Some(path) = self.eat_path() {
            return Ok(TypeExpr { kind: TypeKind::Named(path), span: start.to(self.before()) });
        }
        let Some(word) = self.eat_ident() else {
            let mut report = self.unexpected(14, "a type");
            report.help = Some(
                "write a type: `int`, `string(1..80)`, `decimal(2)?`, `list<Part>`".to_owned(),
            );
            return Err(report);
        };
        let kind = match word.text.as_str() {
            "bool" => TypeKind::Bool,
            "uuid" => TypeKind::Uuid,
            "date" => TypeKind::Date,
            "time" => TypeKind::Time,
            "duration" => TypeKind::Duration,
            "int" => TypeKind::Int(self.bounds("int", false)?),
            "string" => TypeKind::String(self.bounds("string", true)?),
            "decimal" => self.decimal(&word)?,
            "list" => {
                let item = self.parameter(&word)?;
                self.angle(start)?;
                TypeKind::List(Box::new(item), self.bounds("list", true)?)
            }
            "set" => {
                let item = self.parameter(&word)?;
                self.angle(start)?;
                TypeKind::Set(Box::new(item), self.bounds("set", true)?)
            }
            "map" => self.map(&word)?,
            "entities" => self.entities(&word)?,
            _ => self.unknown(&word),
        };
        Ok(TypeExpr { kind, span: start.to(self.before()) })
    }

    /// The `<` and the first parameter.
    fn parameter(&mut self, word: &Ident) -> Parsed<TypeExpr> {
        if !self.eat(Sign::Lt) {
            let example = match word.text.as_str() {
                "map" => "map<uuid, int>",
                other => return Err(self.missing_parameter(other)),
            };
            let mut report = self.unexpected(14, "`<` and two types");
            report.help = Some(format!("write `{example}`"));
            return Err(report);
        }
        self.nested(Self::type_expr)
    }

    fn missing_parameter(&self, word: &str) -> Bad {
        let mut report = self.unexpected(14, "`<` and the type of the elements");
        report.help = Some(format!("write `{word}<int>`"));
        report
    }

    fn angle(&mut self, start: Span) -> Parsed<()> {
        if self.eat_angle() {
            return Ok(());
        }
        if *self.peek() == Tok::End {
            let report = Diagnostic::error(9, start.to(self.before()), "`<` is never closed");
            return Err(Box::new(report.label("opened here").help("write `>`")));
        }
        Err(self.unexpected(14, "`>`"))
    }

    fn map(&mut self, word: &Ident) -> Parsed<TypeKind> {
        let key = self.parameter(word)?;
        if !self.eat(Sign::Comma) {
            let mut report = self.unexpected(14, "`,` and the type of the values");
            report.help = Some("write `map<uuid, int>`".to_owned());
            return Err(report);
        }
        let value = self.nested(Self::type_expr)?;
        self.angle(word.span)?;
        Ok(TypeKind::Map(Box::new(key), Box::new(value)))
    }

    fn entities(&mut self, word: &Ident) -> Parsed<TypeKind> {
        let example = "write `entities<Part> by part_no`";
        let shape = |p: &Self, what: &str| {
            let mut report = p.unexpected(14, what);
            report.help = Some(example.to_owned());
            report
        };
        if !self.eat(Sign::Lt) {
            return Err(shape(self, "`<` and the name of an entity"));
        }
        let Some(entity) = self.eat_path().filter(|p| p.context.is_none()) else {
            return Err(shape(self, "the name of an entity of this aggregate"));
        };
        self.angle(word.span)?;
        if !self.eat_word("by") {
            return Err(shape(self, "`by` and the key"));
        }
        let mut by = Vec::new();
        loop {
            match self.eat_lower() {
                Some(name) => by.push(name),
                None => return Err(shape(self, "a field of the entity")),
            }
            if !self.eat(Sign::Comma) {
                return Ok(TypeKind::Entities { entity: entity.name, by });
            }
        }
    }

    fn decimal(&mut self, word: &Ident) -> Parsed<TypeKind> {
        let open = self.span();
        if !self.eat(Sign::Open) {
            let at = Span { start: word.span.end, ..word.span };
            let report = Diagnostic::error(14, word.span, "`decimal` without the number of places");
            let help = "write `decimal(2)`, or as many places as are needed";
            self.soft(report.label("how many places?").help(help).patch(at, "(2)"));
            return Ok(TypeKind::Decimal { scale: 2, range: None });
        }
        let Tok::Int(scale) = *self.peek() else {
            let mut report = self.unexpected(14, "the number of places");
            report.help = Some("write `decimal(2)` or `decimal(2, 0..)`".to_owned());
            return Err(report);
        };
        let scale_span = self.span();
        let places = u8::try_from(scale).ok().filter(|_| scale <= MAX_SCALE);
        if places.is_none() {
            let report =
                Diagnostic::error(212, scale_span, format!("a decimal with {scale} places"));
            self.soft(report.label("at most 12").help("write at most `decimal(12)`"));
        }
        self.skip();
        let range = if self.eat(Sign::Comma) { Some(self.range()?) } else { None };
        self.close(Sign::Close, open, "")?;
        Ok(places.map_or(TypeKind::Error, |scale| TypeKind::Decimal { scale, range }))
    }

    /// `(min..max)` if it follows; whole numbers, and no negative ones for a length.
    fn bounds(&mut self, word: &str, length: bool) -> Parsed<Option<RangeExpr>> {
        let open = self.span();
        if !self.eat(Sign::Open) {
            return Ok(None);
        }
        let range = self.range()?;
        let ends = [range.min, range.max];
        let whole = ends.iter().flatten().all(|n| n.fract().is_zero());
        let negative = ends.iter().flatten().any(|n| n.is_sign_negative() && !n.is_zero());
        if !whole {
            let words = format!("the bounds of `{word}` are whole numbers");
            let report = Diagnostic::error(14, range.span, words);
            self.soft(report.help("write whole numbers, or take `decimal(s, ..)`"));
        } else if length && negative {
            let words = format!("the length of a `{word}` is not negative");
            self.soft(Diagnostic::error(14, range.span, words).help("write `0..` or more"));
        }
        self.close(Sign::Close, open, "")?;
        Ok(Some(range).filter(|_| whole && !(length && negative)))
    }

    fn range(&mut self) -> Parsed<RangeExpr> {
        let start = self.span();
        let min = self.bound();
        if !self.eat(Sign::DotDot) {
            let report = self.unexpected(14, "a range such as `1..80`");
            let (Some(n), true) = (min, self.is(Sign::Close)) else {
                let help = "both ends are included: `1..80`, `1..`, `..80`";
                return Err(Box::new(report.help(help)));
            };
            let at = Span { start: self.before().end, ..self.before() };
            let help = format!("exactly {n} is `{n}..{n}`, at most {n} is `..{n}`");
            self.soft(report.help(help).patch(at, format!("..{n}")));
            return Ok(RangeExpr { min, max: min, span: start });
        }
        let max = self.bound();
        let span = start.to(self.before());
        if min.is_none() && max.is_none() {
            let report = Diagnostic::error(14, span, "a range without ends");
            self.soft(report.help("write `1..80`, `1..`, `..80`, or leave the brackets out"));
        }
        Ok(RangeExpr { min, max, span })
    }

    fn bound(&mut self) -> Option<Decimal> {
        let minus = self.is(Sign::Minus);
        let number = match self.peek_at(usize::from(minus)) {
            Tok::Int(n) => Decimal::from(*n),
            Tok::Decimal(n) => *n,
            _ => return None,
        };
        if minus {
            self.skip();
        }
        self.skip();
        Some(if minus { -number } else { number })
    }

    /// A word that is no type, with the nearest or the usual one; read as that one when it is clear.
    fn unknown(&mut self, word: &Ident) -> TypeKind {
        let text = word.text.as_str();
        let words = format!("there is no type `{text}`");
        let report = Diagnostic::error(102, word.span, words).label("unknown type");
        let lower = text.to_lowercase();
        let untyped = ["any", "json", "object", "jsonb", "struct", "bytes"].contains(&&*lower);
        let elsewhere = ELSEWHERE.iter().find(|(there, _)| *there == lower).map(|(_, here)| *here);
        let near = elsewhere.or_else(|| nearest(&lower, WORDS)).filter(|_| !untyped);
        let (report, kind) = match near {
            None if untyped => {
                (report.help("describe it: a `[value.X]` or a `[union.X]`"), TypeKind::Error)
            }
            None => {
                let help = "types begin in upper case, or are one of `bool int decimal(s) string \
                            uuid date time duration list set map`";
                (report.help(help), TypeKind::Error)
            }
            Some(near) => {
                let kind = simple(near);
                let report = report.help(format!("did you mean `{near}`?"));
                let clear = kind.is_some();
                let report = if clear { report.patch(word.span, near) } else { report };
                (report, kind.unwrap_or(TypeKind::Error))
            }
        };
        self.soft(report);
        self.leftovers();
        kind
    }

    /// Brackets behind an unknown type are not looked at.
    fn leftovers(&mut self) {
        let mut open = 0_u32;
        loop {
            match self.peek() {
                Tok::Sign(Sign::Open | Sign::Lt) => open += 1,
                Tok::Sign(Sign::Close | Sign::Gt) if open > 0 => open -= 1,
                Tok::End | Tok::Doc(_) => return,
                _ if open == 0 => return,
                _ => {}
            }
            self.skip();
        }
    }
}

/// The type of a word that needs nothing behind it.
fn simple(word: &str) -> Option<TypeKind> {
    Some(match word {
        "bool" => TypeKind::Bool,
        "int" => TypeKind::Int(None),
        "string" => TypeKind::String(None),
        "uuid" => TypeKind::Uuid,
        "date" => TypeKind::Date,
        "time" => TypeKind::Time,
        "duration" => TypeKind::Duration,
        "decimal(2)" => TypeKind::Decimal { scale: 2, range: None },
        _ => return None,
    })
}
