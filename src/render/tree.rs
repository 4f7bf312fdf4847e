//! The rendered files of a run.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::lock::lock;
use super::{RenderError, Renderer};
use crate::plan::{Class, Content, Mode, Plan, PlannedFile, RelPath};

/// A file in its final form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RenderedFile {
    /// Who may change it.
    pub class: Class,
    /// The part of the domain it belongs to.
    pub unit: String,
    /// The template it came from, `-` when there is none.
    pub template: &'static str,
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
    let mut rendering = Rendering::try_new()?;
    for (path, file) in plan.files() {
        rendering.add(path.clone(), file.clone())?;
    }
    Ok(rendering.finish())
}

/// A tree in the making.
pub struct Rendering {
    renderer: Renderer,
    tree: RenderedTree,
    /// The lock files and the embedded entries in them: they are made from the rest of the tree.
    locks: Vec<(RelPath, &'static str)>,
}

impl Rendering {
    /// Without files.
    ///
    /// # Errors
    /// When a template cannot be read.
    pub fn try_new() -> Result<Self, RenderError> {
        Ok(Self { renderer: Renderer::try_new()?, tree: RenderedTree::new(), locks: vec![] })
    }

    /// Render one file.
    ///
    /// # Errors
    /// When a template and its view do not fit together.
    pub fn add(&mut self, path: RelPath, file: PlannedFile) -> Result<(), RenderError> {
        let template = match &file.content {
            Content::Verbatim(id) | Content::Template { id, .. } | Content::Lock(id) => *id,
            Content::Text(_) => "-",
        };
        if let Content::Lock(third_party) = file.content {
            self.locks.push((path.clone(), third_party));
        }
        let rendered = RenderedFile {
            class: file.class,
            unit: file.unit,
            template,
            mode: file.mode,
            needed: file.needed,
            text: self.renderer.text(file.content)?,
        };
        self.tree.insert(path, rendered);
        Ok(())
    }

    /// What is rendered so far, but for what [`finish`](Self::finish) still needs: the lock files, and
    /// the manifests that they are made from.
    pub fn take(&mut self) -> RenderedTree {
        let locks = &self.locks;
        let stays = |path: &RelPath| {
            path.as_str().ends_with("Cargo.toml") || locks.iter().any(|(lock, _)| lock == path)
        };
        let (stay, go) = std::mem::take(&mut self.tree).into_iter().partition(|(p, _)| stays(p));
        self.tree = stay;
        go
    }

    /// All files that were not taken.
    #[must_use]
    pub fn finish(mut self) -> RenderedTree {
        for (path, third_party) in self.locks {
            let text = lock(&self.renderer, &self.tree, third_party);
            if let Some(rendered) = self.tree.get_mut(&path) {
                rendered.text = Cow::Owned(text);
            }
        }
        self.tree
    }
}
