//! Expressions with numbers, dates, times and durations.

use super::expr::closed;
use super::world::{Gen, Kind, Ty, list};

impl Gen {
    pub fn integer(&mut self, depth: usize) -> Option<String> {
        Some(match self.chance.below(24) {
            0..=3 => self.infix(&Ty::Int, depth)?,
            4 => {
                let left = self.leaf(&Ty::Int)?;
                self.hit("operator *");
                format!("{left} * {}", self.operand(&Ty::Int, depth))
            }
            5 => {
                let by = self.leaf(&Ty::Int)?;
                self.hit("operator %");
                format!("{} % {by}", self.operand(&Ty::Int, depth))
            }
            6 | 7 => {
                let method = self.chance.pick(&["round", "floor", "ceil"]);
                let by = self.leaf(&Ty::Int)?;
                self.hit(&format!("number {method}"));
                self.hit("operator /");
                format!("({} / {by}).{method}()", self.operand(&Ty::Int, depth))
            }
            8 => self.number_method(&Ty::Int, depth)?,
            9 | 10 => {
                let method = self.chance.pick(&["year", "month", "day"]);
                self.hit(&format!("date {method}"));
                format!("{}.{method}()", closed(self.moment(&Ty::Date, depth)))
            }
            11 => {
                let method = self.chance.pick(&["hour", "minute"]);
                self.hit(&format!("time {method}"));
                format!("{}.{method}()", closed(self.moment(&Ty::Time, depth)))
            }
            12 | 13 => {
                let method = self.chance.pick(&["minutes", "hours", "days"]);
                self.hit(&format!("duration {method}"));
                format!("{}.{method}()", self.leaf(&Ty::Duration)?)
            }
            14 => {
                let later = self.leaf(&Ty::Date)?;
                self.hit("operator date-date");
                format!("{later} - {}", self.operand(&Ty::Date, depth))
            }
            15 => {
                self.hit("function years_between");
                format!("years_between({}, {})", self.leaf(&Ty::Date)?, self.of(&Ty::Date, depth))
            }
            16 => {
                self.hit("operator neg");
                format!("-{}", self.leaf(&Ty::Int)?)
            }
            17 if self.inject => {
                let group = self.chance.one_in(2);
                self.hit(if group { "function next-of" } else { "function next" });
                if group {
                    format!("next('job', {})", self.of(&Ty::Int, 0))
                } else {
                    "next('job')".into()
                }
            }
            18 => {
                self.hit("string len");
                format!("{}.len()", self.operand(&Ty::Text, depth))
            }
            19 => {
                let method = self.chance.pick(&["round", "floor", "ceil"]);
                let on = self.leaf(&Ty::Dec(2))?;
                self.hit(&format!("number {method}"));
                format!("{on}.{method}()")
            }
            _ => return self.counted(depth),
        })
    }

    pub fn decimal(&mut self, scale: u8, depth: usize) -> Option<String> {
        let ty = Ty::Dec(scale);
        Some(match self.chance.below(8) {
            0 | 1 => self.infix(&ty, depth)?,
            2 => {
                let left = self.leaf(&ty)?;
                self.hit("operator *");
                format!("{left} * {}", self.operand(&Ty::Int, depth))
            }
            3 => {
                self.hit("operator /");
                self.hit("number round-n");
                let by = self.leaf(&ty)?;
                format!("({} / {by}).round({scale})", self.operand(&ty, depth))
            }
            4 => self.number_method(&ty, depth)?,
            5 => {
                self.hit("operator neg");
                format!("-{}", self.leaf(&ty)?)
            }
            _ => return self.summed(&ty, depth),
        })
    }

    /// A leaf where there is one, so that literals get no methods.
    fn moment(&mut self, ty: &Ty, depth: usize) -> String {
        match self.leaf(ty) {
            Some(leaf) if self.chance.one_in(2) => leaf,
            _ => self.of(ty, depth),
        }
    }

    fn period(&mut self, depth: usize) -> String {
        let word = self.chance.pick(&["days", "weeks", "months", "years"]);
        self.hit(&format!("function {word}"));
        format!("{word}({})", self.of(&Ty::Int, depth.min(1)))
    }

    pub fn temporal(&mut self, ty: &Ty, depth: usize) -> Option<String> {
        Some(match ty {
            Ty::Date => match self.chance.below(5) {
                0 if self.clock => {
                    self.hit("function today");
                    "today".into()
                }
                1 => {
                    self.hit("time date");
                    format!("{}.date()", closed(self.moment(&Ty::Time, depth)))
                }
                2 => {
                    let method = self.chance.pick(&["start_of_month", "end_of_month"]);
                    self.hit(&format!("date {method}"));
                    format!("{}.{method}()", closed(self.moment(ty, depth)))
                }
                _ => {
                    self.hit("operator date+period");
                    let op = self.chance.pick(&["+", "-"]);
                    format!("{} {op} {}", self.operand(ty, depth), self.period(depth))
                }
            },
            Ty::Time => match self.chance.below(4) {
                0 if self.clock => {
                    self.hit("function now");
                    "now".into()
                }
                1 => {
                    self.hit("operator time+duration");
                    format!("{} + {}", self.operand(ty, depth), self.operand(&Ty::Duration, depth))
                }
                2 => {
                    self.hit("operator time+period");
                    format!("{} - {}", self.operand(ty, depth), self.period(depth))
                }
                _ => {
                    self.hit("date at");
                    format!(
                        "{}.at({}, 30)",
                        closed(self.moment(&Ty::Date, depth)),
                        self.chance.below(24)
                    )
                }
            },
            Ty::Duration => match self.chance.below(6) {
                0 | 1 => {
                    let word = self.chance.pick(&["minutes", "hours"]);
                    self.hit(&format!("function {word}"));
                    format!("{word}({})", self.of(&Ty::Int, depth))
                }
                2 => {
                    self.hit("operator time-time");
                    format!("{} - {}", self.leaf(&Ty::Time)?, self.operand(&Ty::Time, depth))
                }
                3 => {
                    self.hit("operator duration*int");
                    format!("{} * {}", self.operand(ty, depth), self.operand(&Ty::Int, depth))
                }
                4 => {
                    self.hit("operator duration/int");
                    let by = self.leaf(&Ty::Int).unwrap_or("3".into());
                    format!("{} / {by}", self.operand(ty, depth))
                }
                _ => self.infix(ty, depth)?,
            },
            _ => return None,
        })
    }

    /// A list made with a function or of members.
    pub fn listing(&mut self, item: &Ty, depth: usize) -> Option<String> {
        match item {
            Ty::Date if self.chance.one_in(3) => {
                self.hit("function dates");
                let (from, to) = (self.of(item, depth), self.of(item, depth));
                return Some(format!("dates({from}, {to})"));
            }
            Ty::Text if self.chance.one_in(3) => {
                self.hit("function tokens");
                return Some(format!("tokens({})", self.of(item, depth)));
            }
            _ => {}
        }
        self.rows_of(item, depth)
    }

    /// A comparison of two things that have an order.
    pub fn compared(&mut self, depth: usize) -> String {
        let ordered = self.local(|k| matches!(k, Kind::Enum { ordered: true, .. }));
        let mut types =
            vec![Ty::Int, Ty::Int, Ty::Dec(2), Ty::Text, Ty::Date, Ty::Time, Ty::Duration];
        types.extend(ordered);
        let ty = self.chance.pick(&types);
        let op = self.chance.pick(&["<", "<=", ">", ">="]);
        self.hit(&format!("operator {op}"));
        let left = self.leaf(&ty).unwrap_or_else(|| self.of(&ty, depth));
        format!("{} {op} {}", closed(left), self.operand(&ty, depth))
    }

    pub fn a_list(&mut self) -> Option<(String, Ty)> {
        self.leaf_where(|t| match t {
            Ty::List(item) => Some((**item).clone()),
            Ty::Entities(def) => Some(Ty::Named(*def)),
            _ => None,
        })
    }

    /// A numeric type beside which items can be summed.
    fn summed(&mut self, ty: &Ty, depth: usize) -> Option<String> {
        if let Some(numbers) = self.leaf(&list(ty)) {
            if self.chance.one_in(2) {
                self.hit("list sum-numbers");
                return Some(format!("{numbers}.sum()"));
            }
        }
        let (from, item) = self.a_list()?;
        self.hit("list sum");
        Some(format!("{from}.sum({})", self.closure(&item, ty, depth)))
    }

    fn counted(&mut self, depth: usize) -> Option<String> {
        let which = self.chance.below(6);
        if which == 0 {
            let (from, (key, value)) = self.a_map()?;
            let (word, ty) =
                self.chance.pick(&[("sum", Ty::Int), ("count", Ty::Bool), ("len", Ty::Int)]);
            self.hit(&format!("map {word}"));
            if word == "len" {
                return Some(format!("{from}.len()"));
            }
            return Some(format!(
                "{from}.{word}({})",
                self.closure_of_two(&key, &value, &ty, depth)
            ));
        }
        if which == 1 {
            let (from, item) = self.a_set()?;
            let word = self.chance.pick(&["len", "count"]);
            self.hit(&format!("set {word}"));
            return Some(match word {
                "len" => format!("{from}.len()"),
                _ => format!("{from}.count({})", self.closure(&item, &Ty::Bool, depth)),
            });
        }
        if which == 2 {
            return self.summed(&Ty::Int, depth);
        }
        let (from, item) = self.some_list(depth)?;
        let word = self.chance.pick(&["len", "count"]);
        self.hit(&format!("list {word}"));
        Some(match word {
            "len" => format!("{from}.len()"),
            _ => format!("{from}.count({})", self.closure(&item, &Ty::Bool, depth)),
        })
    }
}
