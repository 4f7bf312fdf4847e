//! Numbers, texts, dates, times, durations.

use minos::lang::types::{Scale, Type};

use super::Gen;

impl Gen<'_> {
    pub(super) fn int(&mut self, d: usize) -> String {
        let int = &Type::Int;
        match self.random.below(18) {
            0 => format!("({} + {})", self.of(int, d), self.of(int, d)),
            1 => format!("({} - {})", self.of(int, d), self.of(int, d)),
            2 => format!("({} * {})", self.of(int, d), self.of(int, d)),
            3 => format!("({} % {})", self.of(int, d), self.of(int, d)),
            4 => format!("-{}", self.of(int, d)),
            5 => format!("{}.len()", self.elements(d).0),
            6 => {
                let (text, element) = self.elements(d);
                let f = self.test(&element, d);
                format!("{text}.count({f})")
            }
            7 => {
                let (text, element) = self.elements(d);
                let f = self.closure(&[element], |g| g.of(int, d.min(2)));
                format!("{text}.sum({f})")
            }
            8 => {
                let method = *self.random.pick(&["round", "floor", "ceil"]);
                format!("{}.{method}()", self.number(d))
            }
            9 => format!(
                "{}.{}({})",
                self.of(int, d),
                *self.random.pick(&["min", "max"]),
                self.of(int, d)
            ),
            10 => format!("{}.abs()", self.of(int, d)),
            11 => {
                let part = *self.random.pick(&["year", "month", "day"]);
                format!("{}.{part}()", self.of(&Type::Date, d))
            }
            12 => {
                let part = *self.random.pick(&["hour", "minute"]);
                format!("{}.{part}()", self.of(&Type::Time, d))
            }
            13 => {
                let part = *self.random.pick(&["minutes", "hours", "days"]);
                format!("{}.{part}()", self.of(&Type::Duration, d))
            }
            14 => format!("({} - {})", self.of(&Type::Date, d), self.of(&Type::Date, d)),
            15 => match self.random.below(3) {
                0 => format!(
                    "years_between({}, {})",
                    self.of(&Type::Date, d),
                    self.of(&Type::Date, d)
                ),
                1 => format!("{}.len()", self.of(&Type::Text, d)),
                _ => {
                    let color = self.ty("Color");
                    let total = self.of(&Type::Decimal(Scale::Fixed(2)), d);
                    format!(
                        "discount({total}, {}, {})",
                        self.of(&color, d),
                        self.of(&Type::Text, d)
                    )
                }
            },
            16 => format!("{}.weight", self.of(&self.ty("Color"), 0)),
            _ => self.taken(int, d).unwrap_or_else(|| "count".into()),
        }
    }

    pub(super) fn decimal(&mut self, s: u8, d: usize) -> String {
        let ty = Type::Decimal(Scale::Fixed(s));
        let lower = Type::Decimal(Scale::Fixed(s / 2));
        match self.random.below(13) {
            0 => format!("({} + {})", self.of(&ty, d), self.number(d)),
            1 => format!("({} - {})", self.of(&ty, d), self.of(&Type::Int, d)),
            2 => format!("({} * {})", self.of(&lower, d), self.of(&lower, d)),
            3 => format!("({} * {})", self.of(&ty, d), self.of(&Type::Int, d)),
            4 => format!("{}.round({s})", self.number(d)),
            5 => format!("({} / {}).round({s})", self.number(d), self.number(d)),
            6 => format!("-{}", self.of(&ty, d)),
            7 => format!("{}.abs()", self.of(&ty, d)),
            8 => {
                let method = *self.random.pick(&["min", "max"]);
                format!("{}.{method}({})", self.of(&ty, d), self.of(&ty, d))
            }
            9 => {
                let (text, element) = self.elements(d);
                let f = self.closure(&[element], |g| g.of(&ty, d.min(2)));
                format!("{text}.sum({f})")
            }
            10 => match self.random.below(3) {
                0 => "amounts.sum()".into(),
                1 => format!("hours[{}].unwrap_or(0)", self.of(&Type::Uuid, d)),
                _ => {
                    let params = [Type::Uuid, Type::Decimal(Scale::Fixed(1))];
                    let f = self.closure(&params, |g| g.of(&ty, d.min(2)));
                    format!("hours.sum({f})")
                }
            },
            11 => format!("{}.amount", self.of(&self.ty("Money"), d)),
            _ => self.taken(&ty, d).unwrap_or_else(|| "price".into()),
        }
    }

    pub(super) fn text(&mut self, d: usize) -> String {
        match self.random.below(9) {
            0..=2 => {
                let method = *self.random.pick(&["lower", "upper", "trim"]);
                format!("{}.{method}()", self.of(&Type::Text, d))
            }
            3 => format!(
                "{}.{}()",
                self.of(&self.ty("PartNo"), d),
                *self.random.pick(&["lower", "trim"])
            ),
            4 => format!("format('{{}}: {{}}', {}, {})", self.printable(d), self.printable(d)),
            5 => format!("format('{{:05}}{{{{x}}}}', {})", self.of(&Type::Int, d)),
            6 => {
                let list = Type::List(Box::new(Type::Text));
                format!("{}.join({})", self.of(&list, d), self.of(&Type::Text, 0))
            }
            7 => format!("{}.label", self.of(&self.ty("Color"), 0)),
            _ => self.taken(&Type::Text, d).unwrap_or_else(|| "name".into()),
        }
    }

    pub(super) fn period(&mut self, d: usize) -> String {
        match self.random.below(6) {
            0 => "14d".into(),
            1 => "2w".into(),
            n => {
                let f = ["days", "weeks", "months", "years"][n - 2];
                format!("{f}({})", self.of(&Type::Int, d))
            }
        }
    }

    pub(super) fn date(&mut self, d: usize) -> String {
        let date = &Type::Date;
        match self.random.below(7) {
            0 => "today".into(),
            1 => format!("({} + {})", self.of(date, d), self.period(d)),
            2 => format!("({} - {})", self.of(date, d), self.period(d)),
            3 => format!("{}.start_of_month()", self.of(date, d)),
            4 => format!("{}.end_of_month()", self.of(date, d)),
            5 => format!("{}.date()", self.of(&Type::Time, d)),
            _ => self.taken(date, d).unwrap_or_else(|| "day".into()),
        }
    }

    pub(super) fn time(&mut self, d: usize) -> String {
        let time = &Type::Time;
        match self.random.below(7) {
            0 => "now".into(),
            1 => format!("({} + {})", self.of(time, d), self.of(&Type::Duration, d)),
            2 => format!("({} - {})", self.of(time, d), self.of(&Type::Duration, d)),
            3 => format!("({} + {})", self.of(time, d), self.period(d).replace("14d", "days(14)")),
            4 => format!("({} - months({}))", self.of(time, d), self.of(&Type::Int, d)),
            5 => {
                let (h, m) = (self.of(&Type::Int, 0), self.of(&Type::Int, 0));
                format!("{}.at({h}, {m})", self.of(&Type::Date, d))
            }
            _ => self.taken(time, d).unwrap_or_else(|| "opened".into()),
        }
    }

    pub(super) fn duration(&mut self, d: usize) -> String {
        let (ty, int) = (&Type::Duration, &Type::Int);
        match self.random.below(8) {
            0 => format!("({} - {})", self.of(&Type::Time, d), self.of(&Type::Time, d)),
            1 => format!("({} + {})", self.of(ty, d), self.of(ty, d)),
            2 => format!("({} - {})", self.of(ty, d), self.of(ty, d)),
            3 => format!("({} * {})", self.of(ty, d), self.of(int, d)),
            4 => format!("({} / {})", self.of(ty, d), self.of(int, d)),
            5 => format!("{}({})", *self.random.pick(&["minutes", "hours"]), self.of(int, d)),
            6 => format!("-{}", self.of(ty, d)),
            _ => self.taken(ty, d).unwrap_or_else(|| "took".into()),
        }
    }
}
