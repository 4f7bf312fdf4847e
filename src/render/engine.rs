//! The template engine, set up once per run.

use std::borrow::Cow;
use std::fmt;

use tera::{Context, Delimiters, Tera};

use super::filters::{doc_comment, quoted};
use crate::plan::{Content, template, templates};

/// A template and its view do not fit together: a mistake of minos, never of the user.
#[derive(Debug)]
pub struct RenderError {
    id: String,
    reason: String,
}

impl RenderError {
    fn new(id: &str, reason: impl Into<String>) -> Self {
        Self { id: id.to_owned(), reason: reason.into() }
    }
}

impl fmt::Display for RenderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "template {}: {}", self.id, self.reason)
    }
}

impl std::error::Error for RenderError {}

/// Turns contents into texts.
pub struct Renderer {
    tera: Tera,
}

impl Renderer {
    /// With all embedded templates.
    ///
    /// # Errors
    /// When a template cannot be read.
    pub fn try_new() -> Result<Self, RenderError> {
        Self::with(templates("").filter(|(id, _)| id.ends_with(".tera")))
    }

    /// With these templates, for tests.
    ///
    /// # Errors
    /// When a template cannot be read.
    pub fn with<'a>(
        templates: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Result<Self, RenderError> {
        let mut tera = Tera::new();
        let failed = |e: tera::Error| RenderError::new("all", e.to_string());
        tera.set_delimiters(Delimiters {
            block_start: "<%".into(),
            block_end: "%>".into(),
            variable_start: "«".into(),
            variable_end: "»".into(),
            comment_start: "<#".into(),
            comment_end: "#>".into(),
        })
        .map_err(failed)?;
        tera.autoescape_on(Vec::<&str>::new());
        tera.register_filter("doc", doc_comment);
        tera.register_filter("quoted", quoted);
        tera.add_raw_templates(templates).map_err(failed)?;
        Ok(Self { tera })
    }

    /// The text of a content.
    ///
    /// # Errors
    /// When there is no such template or its view lacks what it prints.
    pub fn text(&self, content: Content) -> Result<Cow<'static, str>, RenderError> {
        match content {
            Content::Verbatim(id) => template(id)
                .map(Cow::Borrowed)
                .ok_or_else(|| RenderError::new(id, "is not embedded")),
            // Made once everything else is rendered.
            Content::Lock(_) => Ok(Cow::Borrowed("")),
            Content::Text(text) => Ok(Cow::Owned(with_last_line_break(text))),
            Content::Template { id, view } => {
                let failed = |e: tera::Error| RenderError::new(id, e.to_string());
                let context = Context::from_serialize(&view).map_err(failed)?;
                drop(view);
                let text = self.tera.render(id, &context).map_err(failed)?;
                Ok(Cow::Owned(with_last_line_break(text)))
            }
        }
    }
}

/// One line break at the end, none at the start, and no room to spare: texts stay until the end.
fn with_last_line_break(mut text: String) -> String {
    let end = text.trim_end_matches(['\n', ' ']).len();
    text.truncate(end);
    if !text.is_empty() {
        text.push('\n');
    }
    let start = text.len() - text.trim_start_matches('\n').len();
    text.drain(..start);
    text.shrink_to_fit();
    text
}
