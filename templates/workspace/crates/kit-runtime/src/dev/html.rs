//! Markup that can only come from the program, and text that can only be text.
//!
//! Keeps true: [`Html::raw`] takes literals; whatever was read from a store goes through
//! [`Html::text`], into attributes as well, and into paths through [`encoded`].

use std::fmt::{Display, Write as _};

use jiff::Timestamp;

/// A piece of a page.
#[derive(Debug, Default)]
pub(super) struct Html(String);

/// What stands in a cell of a table.
#[derive(Debug, Clone)]
pub(super) enum Cell {
    /// Nothing.
    Empty,
    /// Words.
    Text(String),
    /// A number; they are aligned.
    Number(i64),
    /// A name or a value as the machine writes it.
    Code(String),
    /// Data that may be long.
    Data(String),
    /// A moment.
    Time(Timestamp),
    /// A state, as its tone and its word.
    State(Tone, String),
    /// A way to another page: what is shown, what it is in full, and the parts of the path.
    Link(String, String, Vec<String>),
}

/// How good a state is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tone {
    Good,
    Busy,
    Bad,
    Quiet,
}

impl Tone {
    fn class(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Busy => "busy",
            Self::Bad => "bad",
            Self::Quiet => "quiet",
        }
    }
}

impl Html {
    /// Markup of the program.
    pub fn raw(&mut self, markup: &'static str) -> &mut Self {
        self.0.push_str(markup);
        self
    }

    /// Text, whatever is in it.
    pub fn text(&mut self, text: impl Display) -> &mut Self {
        let _ = write!(Escape(&mut self.0), "{text}");
        self
    }

    /// A section with a table, or with what is said when there is nothing in it.
    pub fn section(
        &mut self,
        (id, title): (&'static str, &'static str),
        heads: &[&'static str],
        rows: &[Vec<Cell>],
        empty: &'static str,
    ) {
        self.raw("<section id=\"").raw(id).raw("\"><h2>").raw(title);
        self.raw(" <small>").text(rows.len()).raw("</small></h2>");
        if rows.is_empty() {
            self.raw("<p class=\"empty\">").raw(empty).raw("</p></section>\n");
            return;
        }
        self.raw("<table><thead><tr>");
        for head in heads {
            self.raw("<th>").raw(head).raw("</th>");
        }
        self.raw("</tr></thead><tbody>\n");
        for row in rows {
            self.raw("<tr>");
            for (head, cell) in heads.iter().zip(row) {
                self.cell(head, cell);
            }
            self.raw("</tr>\n");
        }
        self.raw("</tbody></table></section>\n");
    }

    fn cell(&mut self, head: &'static str, cell: &Cell) {
        let class = match cell {
            Cell::Empty => "none",
            Cell::Text(_) | Cell::State(..) => "",
            Cell::Number(_) => "number",
            Cell::Code(_) | Cell::Link(..) => "code",
            Cell::Data(_) => "data",
            Cell::Time(_) => "code time",
        };
        self.raw("<td data-label=\"").raw(head).raw("\" class=\"").raw(class).raw("\">");
        match cell {
            Cell::Empty => &mut *self,
            Cell::Text(text) | Cell::Code(text) | Cell::Data(text) => self.text(text),
            Cell::Number(number) => self.text(number),
            Cell::Time(time) => {
                self.raw("<time datetime=\"").text(time).raw("\" title=\"").text(time).raw("\">");
                self.text(time.strftime("%H:%M:%S%.3f")).raw("</time>")
            }
            Cell::State(tone, word) => {
                self.raw("<span class=\"state ").raw(tone.class()).raw("\">");
                self.text(word).raw("</span>")
            }
            Cell::Link(shown, whole, path) => {
                self.raw("<a href=\"/_dev");
                for part in path {
                    self.raw("/").text(encoded(part));
                }
                self.raw("\" title=\"").text(whole).raw("\">").text(shown).raw("</a>")
            }
        };
        self.raw("</td>");
    }

    /// The whole page, which asks for itself again after `refresh` seconds.
    pub fn page(self, title: &str, refresh: Option<u8>) -> String {
        let mut page = Self::default();
        page.raw("<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n");
        page.raw("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
        if let Some(seconds) = refresh {
            page.raw("<meta http-equiv=\"refresh\" content=\"").text(seconds).raw("\">\n");
        }
        page.raw("<link rel=\"icon\" href=\"data:,\">\n");
        page.raw("<link rel=\"stylesheet\" href=\"/_dev/style.css\">\n<title>").text(title);
        page.raw("</title></head>\n<body>\n");
        page.0.push_str(&self.0);
        page.raw("</body></html>\n");
        page.0
    }
}

/// Writes text so that nothing in it is markup, in an element or in a quoted attribute.
struct Escape<'a>(&'a mut String);

impl std::fmt::Write for Escape<'_> {
    fn write_str(&mut self, text: &str) -> std::fmt::Result {
        for c in text.chars() {
            match c {
                '&' => self.0.push_str("&amp;"),
                '<' => self.0.push_str("&lt;"),
                '>' => self.0.push_str("&gt;"),
                '"' => self.0.push_str("&quot;"),
                '\'' => self.0.push_str("&#39;"),
                c => self.0.push(c),
            }
        }
        Ok(())
    }
}

/// Text as one part of a path.
pub(super) fn encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'~' => out.push(byte.into()),
            b'.' if text.len() > 2 => out.push('.'),
            byte => {
                let _ = write!(out, "%{byte:02X}");
            }
        }
    }
    out
}

/// The end of a long id, which tells it from others at a glance.
pub(super) fn short(id: &str) -> String {
    let chars = id.chars().count();
    if chars <= 14 {
        return id.to_owned();
    }
    let end: String = id.chars().skip(chars - 6).collect();
    format!("…{end}")
}

#[cfg(test)]
mod tests {
    use super::*;

    const EVIL: &str = "<script>alert('1')</script>\" onload=\"x&y";

    #[test]
    fn nothing_in_a_text_is_markup() {
        let mut page = Html::default();
        let cells = [
            Cell::Text(EVIL.into()),
            Cell::Code(EVIL.into()),
            Cell::Data(EVIL.into()),
            Cell::State(Tone::Bad, EVIL.into()),
            Cell::Link(EVIL.into(), EVIL.into(), vec![EVIL.into()]),
        ];
        let heads = ["a", "b", "c", "d", "e"];
        page.section(("id", "title"), &heads, &[cells.to_vec()], "nothing");
        let page = page.page(EVIL, None);
        assert!(!page.contains("<script") && !page.contains("onload=\""), "{page}");
        assert!(!page.contains("alert('"), "{page}");
        let texts = page.matches("&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;").count();
        assert_eq!(texts, 7, "{page}");
    }

    #[test]
    fn a_part_of_a_path_stays_one() {
        assert_eq!(encoded("a/../b?c#d é"), "a%2F..%2Fb%3Fc%23d%20%C3%A9");
        assert_eq!((encoded(".."), encoded("a.b")), ("%2E%2E".into(), "a.b".into()));
    }

    #[test]
    fn the_end_of_a_long_id_is_shown() {
        assert_eq!(short("0199a2b3-c4d5-7000-8000-00000000beef"), "…00beef");
        assert_eq!(short("order-1"), "order-1");
    }
}
