//! `minos inspect`: one stage of the work, as it is.

use serde_json::{Value, json};

use super::args::{Inspect, Stage};
use super::exit::{Exit, Failure};
use super::project;
use super::run::{Run, SCHEMA_VERSION};
use super::spine::{self, Domain};
use super::sync::state_failure;
use crate::merge::load;
use crate::plan::{Content, Plan};
use crate::tree::{STATE, read_under};

/// Print a stage.
pub(super) fn inspect(run: &Run, args: &Inspect) -> Result<Exit, Failure> {
    let root = project::find(run, args.path.as_deref())?;
    let checked = spine::check(&Domain::of_project(&root)?);
    if args.stage == Stage::Ast {
        let text = format!("{:#?}\n", checked.tree);
        answer(run, "ast", json!({ "text": text }), &text);
        return Ok(if spine::has_errors(&checked.found) { Exit::No } else { Exit::Done });
    }
    let sources = checked.sources.clone();
    let mut model = match checked.model(run)? {
        Ok(model) => model,
        Err(exit) => return Ok(exit),
    };
    let state = load(&read_under(&root, STATE)?).map_err(state_failure)?;
    let applied = spine::pinned(&mut model, &state)?;
    if args.stage == Stage::Model {
        let value = crate::export::system(&model);
        let text = format!("{value:#}\n");
        answer(run, "model", value, &text);
        return Ok(Exit::Done);
    }
    let plan = spine::plan(&model, &sources, &applied)?;
    match args.stage {
        Stage::Plan => answer(run, "plan", plan_json(&plan), &plan_text(&plan)),
        _ => {
            let views = views(&plan);
            let text = serde_json::to_string_pretty(&views).unwrap_or_default();
            answer(run, "view", views, &format!("{text}\n"));
        }
    }
    Ok(Exit::Done)
}

fn answer(run: &Run, stage: &str, value: Value, text: &str) {
    if run.format.is_json() {
        let value = json!({ "schema_version": SCHEMA_VERSION, "stage": stage, stage: value });
        run.ui.result(&format!("{value}\n"));
    } else {
        run.ui.result(text);
    }
}

fn source(content: &Content) -> &str {
    match content {
        Content::Verbatim(id) | Content::Template { id, .. } | Content::Lock(id) => id,
        Content::Text(_) => "-",
    }
}

fn plan_text(plan: &Plan) -> String {
    let width = plan.files().map(|(path, _)| path.as_str().chars().count()).max().unwrap_or(0);
    let mut out = String::new();
    for (path, file) in plan.files() {
        let class = file.class.as_str();
        let source = source(&file.content);
        out.push_str(&format!("{path:width$}  {class:6}  {:16}  {source}\n", file.unit));
    }
    out
}

fn plan_json(plan: &Plan) -> Value {
    plan.files()
        .map(|(path, file)| {
            json!({
                "path": path.as_str(),
                "class": file.class.as_str(),
                "unit": file.unit,
                "source": source(&file.content),
            })
        })
        .collect()
}

fn views(plan: &Plan) -> Value {
    let mut views = serde_json::Map::new();
    for (path, file) in plan.files() {
        if let Content::Template { view, .. } = &file.content {
            views.insert(path.as_str().to_owned(), view.clone());
        }
    }
    Value::Object(views)
}
