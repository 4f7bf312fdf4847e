//! Findings for people: the line, the mark below it, the help, the patch as a difference.
//!
//! Pure: text out of values. Whether the terminal has colours, how wide it is and whether it can
//! show more than ASCII is told, never asked.

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Group, Level, Patch, Renderer, Snippet};

use super::{Diagnostic, Severity, code};
use crate::source::{FileId, SourceFile, Sources, Span};
use std::ops::Range;

/// How findings are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Style {
    /// With escape codes for colours.
    pub colour: bool,
    /// Columns; held between 40 and 200.
    pub width: usize,
    /// With characters beyond ASCII in the frame.
    pub unicode: bool,
    /// At most so many findings; the rest is one line.
    pub max: usize,
}

impl Default for Style {
    /// Plain ASCII, 100 columns, 50 findings.
    fn default() -> Self {
        Self { colour: false, width: 100, unicode: false, max: 50 }
    }
}

impl Style {
    fn columns(self) -> usize {
        self.width.clamp(40, 200)
    }
}

/// All findings, an empty line between them, and a line for those above the limit.
#[must_use]
pub fn report(found: &[Diagnostic], sources: &Sources, style: Style) -> String {
    let mut out: Vec<String> =
        found.iter().take(style.max).map(|d| one(d, sources, style)).collect();
    let more = found.len().saturating_sub(style.max);
    if more > 0 {
        out.push(format!("+{more} more"));
    }
    out.join("\n\n")
}

/// `2 errors, 1 warning`; empty when nothing was found.
#[must_use]
pub fn summary(found: &[Diagnostic]) -> String {
    let mut parts = Vec::new();
    for severity in [Severity::Error, Severity::Warning, Severity::Advice] {
        let count = found.iter().filter(|d| d.severity == severity).count();
        let plural = if count == 1 || severity == Severity::Advice { "" } else { "s" };
        if count > 0 {
            parts.push(format!("{count} {}{plural}", severity.word()));
        }
    }
    parts.join(", ")
}

/// One finding.
#[must_use]
pub fn one(found: &Diagnostic, sources: &Sources, style: Style) -> String {
    let level = match found.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Advice => Level::INFO.with_name("advice"),
    };
    let text = style.columns().saturating_sub(9);
    let message = wrap(&shown(&found.message), style.columns().saturating_sub(16));
    let mut main =
        level.primary_title(message).id(code::name(found.code)).elements(snippets(found, sources));
    let mut groups = Vec::new();
    let help = found.help.as_ref().map(|help| wrap(&shown(help), text));
    let patch = patches(found, sources);
    match (help, patch.is_empty()) {
        (Some(help), true) => main = main.element(Level::HELP.message(help)),
        (help, false) => {
            let title = help.unwrap_or_else(|| "change it like this".to_owned());
            groups.push(Level::HELP.secondary_title(title).elements(patch));
        }
        (None, true) => {}
    }
    groups.insert(0, main);
    render(&groups, style)
}

fn render(groups: &[Group<'_>], style: Style) -> String {
    let renderer = if style.colour { Renderer::styled() } else { Renderer::plain() };
    let decor = if style.unicode { DecorStyle::Unicode } else { DecorStyle::Ascii };
    renderer.term_width(style.columns()).decor_style(decor).render(groups)
}

/// One snippet per file: the primary one first, then others in the order in which they are named.
fn snippets<'s>(
    found: &'s Diagnostic,
    sources: &'s Sources,
) -> Vec<Snippet<'s, annotate_snippets::Annotation<'s>>> {
    let mut files: Vec<FileId> = vec![found.primary.span.file];
    for label in &found.secondary {
        if !files.contains(&label.span.file) {
            files.push(label.span.file);
        }
    }
    let mut out = Vec::new();
    for id in files {
        let Some(file) = sources.get(id) else { continue };
        let mut snippet = Snippet::source(file.text()).path(file.path().as_str()).fold(true);
        if id == found.primary.span.file {
            let mark = AnnotationKind::Primary.span(clamp(file, found.primary.span));
            snippet = snippet.annotation(mark.label(label(&found.primary.text)));
        }
        for second in found.secondary.iter().filter(|l| l.span.file == id) {
            let mark = AnnotationKind::Context.span(clamp(file, second.span));
            snippet = snippet.annotation(mark.label(label(&second.text)));
        }
        out.push(snippet);
    }
    out
}

fn patches<'s>(found: &'s Diagnostic, sources: &'s Sources) -> Vec<Snippet<'s, Patch<'s>>> {
    let mut out = Vec::new();
    for (id, file) in sources.iter() {
        let edits: Vec<Patch<'_>> = found
            .patch
            .iter()
            .filter(|e| e.span.file == id)
            .map(|e| Patch::new(clamp(file, e.span), e.text.as_str()))
            .collect();
        if !edits.is_empty() {
            out.push(
                Snippet::source(file.text()).path(file.path().as_str()).fold(true).patches(edits),
            );
        }
    }
    out
}

fn label(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| shown(text))
}

/// A span as a range that is a place of the file: inside it, and not within a character.
fn clamp(file: &SourceFile, span: Span) -> Range<usize> {
    let text = file.text();
    let floor = |mut at: usize| {
        at = at.min(text.len());
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        at
    };
    let start = floor(span.start as usize);
    start..floor(span.end as usize).max(start)
}

/// Control characters would drive the terminal; they are shown as their codes.
fn shown(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_control() && c != '\n' { out.extend(c.escape_unicode()) } else { out.push(c) }
    }
    out
}

/// Break at spaces so that no line is longer than `width`, unless a word is.
fn wrap(text: &str, width: usize) -> String {
    let mut out = String::new();
    let mut used = 0;
    for word in text.split(' ') {
        let len = word.chars().count();
        if used > 0 && used + 1 + len > width {
            out.push('\n');
            used = 0;
        } else if used > 0 {
            out.push(' ');
            used += 1;
        }
        out += word;
        used += len;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sources() -> Sources {
        let mut sources = Sources::default();
        sources.add(SourceFile::new("minos.toml", "[event]\nToolLent.to = \"lend\"\n# é\n"));
        sources
            .add(SourceFile::new("domain/stock.toml", "[aggregate.Tool]\nstatus = [\"lent\"]\n"));
        sources
    }

    fn found() -> Diagnostic {
        Diagnostic::error(
            109,
            Span::new(FileId(0), 23, 27),
            "event ToolLent: there is no status `lend`",
        )
        .label("unknown status")
        .also(Span::new(FileId(1), 27, 31), "the statuses are declared here")
        .help("did you mean `lent`?")
        .patch(Span::new(FileId(0), 23, 27), "lent")
    }

    #[test]
    fn a_finding_shows_places_help_and_patch() {
        let expected = r#"error[MN109]: event ToolLent: there is no status `lend`
 --> minos.toml:2:16
  |
2 | ToolLent.to = "lend"
  |                ^^^^ unknown status
  |
 ::: domain/stock.toml:2:11
  |
2 | status = ["lent"]
  |           ---- the statuses are declared here
  |
help: did you mean `lent`?
  |
2 - ToolLent.to = "lend"
2 + ToolLent.to = "lent"
  |"#;
        assert_eq!(report(&[found()], &sources(), Style::default()), expected);
    }

    #[test]
    fn any_span_and_width_renders() {
        let sources = sources();
        for width in [0, 40, 63, 200, 1_000] {
            for (colour, unicode) in [(false, false), (true, true)] {
                for start in 0..45 {
                    for len in [0, 1, 9, 100] {
                        let mut found = found();
                        found.primary.span = Span::new(FileId(0), start, start + len);
                        found.patch[0].span = found.primary.span;
                        let style = Style { colour, unicode, width, max: 9 };
                        let text = report(&[found], &sources, style);
                        assert_eq!(text.contains('\u{1b}'), colour);
                        assert!(unicode || text.is_ascii() || text.contains('é'), "{text}");
                    }
                }
            }
        }
    }

    #[test]
    fn the_rest_is_counted() {
        let style = Style { max: 2, ..Style::default() };
        let text = report(&vec![found(); 5], &sources(), style);
        assert!(text.ends_with("+3 more"), "{text}");
        assert_eq!(summary(&vec![found(); 2]), "2 errors");
    }

    #[test]
    fn lines_are_wrapped_at_the_width() {
        let long = "write a condition ".repeat(12);
        let found = Diagnostic::error(15, Span::new(FileId(0), 0, 7), long.clone()).help(long);
        let text = report(&[found], &sources(), Style { width: 40, ..Style::default() });
        assert!(text.lines().all(|l| l.chars().count() <= 40), "{text}");
    }

    #[test]
    fn unknown_files_and_control_characters_are_shown_plainly() {
        let found = Diagnostic::error(1, Span::new(FileId(9), 0, 1), "bell \u{7} and \u{1b}[31m");
        let text = report(&[found], &sources(), Style::default());
        assert!(!text.contains('\u{1b}') && !text.contains('\u{7}'), "{text:?}");
    }
}
