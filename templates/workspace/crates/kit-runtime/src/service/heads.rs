//! The heads of the requests on one connection, read beside the server: what it forgives and nobody should.
//!
//! The server takes lines that end with a bare line feed, and drops a length beside a transfer coding before anyone
//! can see it. Two servers behind each other that read such a request in two ways can be made to see two requests.
//! It reads no more of a body than its length: after a transfer coding it is blind, and the connection has to end.

use std::collections::VecDeque;

/// The longest line that is read; the server refuses longer ones.
const LONGEST_LINE: usize = 16 << 10;

/// What is wrong with the framing of a request.
pub(super) type Flaw = &'static str;

/// The heads that came and were not asked for yet.
#[derive(Debug, Default)]
pub(super) struct Heads {
    place: Place,
    line: Vec<u8>,
    head: Head,
    read: VecDeque<Option<Flaw>>,
}

#[derive(Debug, Default, Clone, Copy)]
enum Place {
    #[default]
    Head,
    /// So many bytes of a body are still to come.
    Body(u64),
    Blind,
}

#[derive(Debug, Default)]
struct Head {
    begun: bool,
    bare: bool,
    coded: bool,
    length: Option<Option<u64>>,
}

impl Heads {
    /// Look at what came.
    pub fn see(&mut self, mut bytes: &[u8]) {
        while let Some((first, rest)) = bytes.split_first() {
            match self.place {
                Place::Blind => return,
                Place::Body(left) => {
                    let count = u64::try_from(bytes.len()).unwrap_or(u64::MAX).min(left);
                    self.place =
                        if count == left { Place::Head } else { Place::Body(left - count) };
                    bytes =
                        bytes.get(usize::try_from(count).unwrap_or(usize::MAX)..).unwrap_or(&[]);
                }
                Place::Head => {
                    self.byte(*first);
                    bytes = rest;
                }
            }
        }
    }

    /// What is wrong with the next request; a request whose head was not seen is wrong, too.
    pub fn next(&mut self) -> Option<Flaw> {
        self.read.pop_front().unwrap_or(Some("the length of the body before it is not clear"))
    }

    fn byte(&mut self, byte: u8) {
        if byte != b'\n' {
            self.line.push(byte);
            if self.line.len() > LONGEST_LINE {
                self.place = Place::Blind;
            }
            return;
        }
        let mut line = std::mem::take(&mut self.line);
        self.head.bare |= line.pop_if(|last| *last == b'\r').is_none();
        if !line.is_empty() {
            self.header(&line);
            self.head.begun = true;
        } else if self.head.begun {
            self.end();
        }
    }

    fn header(&mut self, line: &[u8]) {
        let Some(colon) = line.iter().position(|byte| *byte == b':').filter(|_| self.head.begun)
        else {
            return;
        };
        let (name, value) = line.split_at(colon);
        if name.eq_ignore_ascii_case(b"transfer-encoding") {
            self.head.coded = true;
        } else if name.eq_ignore_ascii_case(b"content-length") {
            let text = std::str::from_utf8(value).unwrap_or_default();
            let text = text.trim_start_matches(':').trim();
            let digits = text.bytes().all(|byte| byte.is_ascii_digit());
            let number = text.parse().ok().filter(|_| digits);
            let same = self.head.length.is_none_or(|known| known == number);
            self.head.length = Some(number.filter(|_| same));
        }
    }

    fn end(&mut self) {
        let head = std::mem::take(&mut self.head);
        let flaw = match head {
            Head { bare: true, .. } => Some("a line of the head ends without a carriage return"),
            Head { coded: true, length: Some(_), .. } => {
                Some("the length of the body is told twice")
            }
            _ => None,
        };
        self.read.push_back(flaw);
        self.place = match (head.coded || flaw.is_some(), head.length) {
            (true, _) | (false, Some(None)) => Place::Blind,
            (false, Some(Some(length))) if length > 0 => Place::Body(length),
            (false, _) => Place::Head,
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The flaws of all heads in a text, whether it comes at once or byte by byte.
    fn flaws(text: &str) -> Vec<bool> {
        let (mut whole, mut pieces) = (Heads::default(), Heads::default());
        whole.see(text.as_bytes());
        text.as_bytes().iter().for_each(|byte| pieces.see(&[*byte]));
        assert_eq!(whole.read, pieces.read);
        whole.read.iter().map(Option::is_some).collect()
    }

    #[test]
    fn a_body_is_not_a_head() {
        let get = "GET / HTTP/1.1\r\nhost: a\r\n\r\n";
        assert_eq!(flaws(&get.repeat(3)), [false; 3]);
        assert_eq!(flaws(&format!("\r\n{get}")), [false]);
        let inner = "POST / HTTP/1.1\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n";
        let outer = format!("POST / HTTP/1.1\r\nContent-Length: {}\r\n\r\n{inner}", inner.len());
        assert_eq!(flaws(&format!("{outer}{get}{outer}")), [false; 3]);
    }

    #[test]
    fn two_lengths_and_bare_line_feeds_are_seen() {
        let both = ["content-length: 5\r\n", "Transfer-Encoding: chunked\r\n"];
        for headers in [both.concat(), both.into_iter().rev().collect()] {
            assert_eq!(flaws(&format!("POST / HTTP/1.1\r\n{headers}\r\n5\r\n")), [true]);
        }
        assert_eq!(flaws("GET / HTTP/1.1\nhost: a\n\n"), [true]);
        assert_eq!(flaws("GET / HTTP/1.1\r\nhost: a\n\r\n"), [true]);
        assert_eq!(flaws("GET / HTTP/1.1\r\nhost: a\r\n\n"), [true]);
    }

    #[test]
    fn behind_what_cannot_be_counted_nothing_is_fine() {
        for length in ["transfer-encoding: chunked", "content-length: +1", "content-length: x"] {
            let mut heads = Heads::default();
            heads.see(format!("POST / HTTP/1.1\r\n{length}\r\n\r\n").as_bytes());
            assert_eq!(heads.next(), None, "{length}");
            heads.see(b"GET / HTTP/1.1\r\n\r\n");
            assert!(heads.next().is_some(), "{length}");
        }
    }
}
