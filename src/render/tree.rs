//! The rendered files of a run.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::lock::lock;
use super::{RenderError, Renderer};
use crate::plan::{Class, Content, Mode, Plan, RelPath};

/// A file in its final form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RenderedFile {
    /// Who may change it.
    pub class: Class,
    /// The part of the domain it belongs to.
    pub unit: String,
    /// The template it came from, `-` when there is none.
    pub template: String,
    /// Whether it may be run.
    pub mode: Mode,
    /// Whether a deleted seed must be made again.
    pub needed: bool,
    /// The text.
    pub text: Cow<'static, str>,
}

/// Every file of a run in its final form, by path.
pub type RenderedTree = BTreeMap<RelPath, RenderedFile>;

/// Render a plan.
///
/// # Errors
/// When a template and its view do not fit together.
pub fn render(plan: &Plan) -> Result<RenderedTree, RenderError> {
    let renderer = Renderer::try_new()?;
    let mut tree = RenderedTree::new();
    for (path, file) in plan.files() {
        let template = match &file.content {
            Content::Verbatim(id) | Content::Template { id, .. } | Content::Lock(id) => {
                (*id).to_owned()
            }
            Content::Text(_) => "-".to_owned(),
        };
        let rendered = RenderedFile {
            class: file.class,
            unit: file.unit.clone(),
            template,
            mode: file.mode,
            needed: file.needed,
            text: renderer.text(&file.content)?,
        };
        tree.insert(path.clone(), rendered);
    }
    for (path, file) in plan.files() {
        let Content::Lock(third_party) = file.content else { continue };
        let text = lock(&renderer, &tree, third_party);
        if let Some(rendered) = tree.get_mut(path) {
            rendered.text = Cow::Owned(text);
        }
    }
    Ok(tree)
}
