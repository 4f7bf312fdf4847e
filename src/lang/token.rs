//! The words and signs of the notations.

use rust_decimal::Decimal;

/// A token with its bytes in the decoded text.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Token {
    pub(super) tok: Tok,
    pub(super) start: usize,
    pub(super) end: usize,
}

/// What a token is.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Tok {
    Name(String),
    Int(i64),
    Decimal(Decimal),
    Text(String),
    Duration(jiff::SignedDuration),
    Days(i64),
    Date(jiff::civil::Date),
    Time(jiff::Timestamp),
    At(String),
    Doc(String),
    Sign(Sign),
    End,
}

/// The signs, longest first where one begins another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sign {
    OrOr,
    AndAnd,
    EqEq,
    NotEq,
    Le,
    Ge,
    Arrow,
    AddSet,
    SubSet,
    DotDot,
    Set,
    Lt,
    Gt,
    Plus,
    Minus,
    Star,
    Slash,
    Percent,
    Not,
    Dot,
    Comma,
    Colon,
    Bar,
    Question,
    Open,
    Close,
    OpenList,
    CloseList,
    OpenBlock,
    CloseBlock,
}

/// Every sign with its text, longest first.
pub(super) const SIGNS: [(&str, Sign); 30] = [
    ("||", Sign::OrOr),
    ("&&", Sign::AndAnd),
    ("==", Sign::EqEq),
    ("!=", Sign::NotEq),
    ("<=", Sign::Le),
    (">=", Sign::Ge),
    ("=>", Sign::Arrow),
    ("+=", Sign::AddSet),
    ("-=", Sign::SubSet),
    ("..", Sign::DotDot),
    ("=", Sign::Set),
    ("<", Sign::Lt),
    (">", Sign::Gt),
    ("+", Sign::Plus),
    ("-", Sign::Minus),
    ("*", Sign::Star),
    ("/", Sign::Slash),
    ("%", Sign::Percent),
    ("!", Sign::Not),
    (".", Sign::Dot),
    (",", Sign::Comma),
    (":", Sign::Colon),
    ("|", Sign::Bar),
    ("?", Sign::Question),
    ("(", Sign::Open),
    (")", Sign::Close),
    ("[", Sign::OpenList),
    ("]", Sign::CloseList),
    ("{", Sign::OpenBlock),
    ("}", Sign::CloseBlock),
];

impl Sign {
    /// The sign as it is typed.
    pub(super) fn text(self) -> &'static str {
        SIGNS.iter().find(|(_, s)| *s == self).map_or("", |(t, _)| t)
    }

    /// Whether it closes a bracket.
    pub(super) fn closes(self) -> bool {
        matches!(self, Self::Close | Self::CloseList | Self::CloseBlock)
    }
}
