//! Drives the system by the script and prints the table.

use std::io::Write;
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use serde_json::Value;

use super::script::{Kept, Script, Step};

const TICK: Duration = Duration::from_millis(50);

/// A request whose way through the services is shown.
pub struct Followed {
    /// `METHOD /path`.
    pub request: String,
    /// The id of its conversation.
    pub id: String,
}

/// An answer with the id of its conversation.
struct Answer {
    status: u16,
    body: Value,
    id: String,
}

/// Run every step; a view may take so long until it shows what happened. Each row is printed when its answer is there and right.
/// Gives the step to follow, as it was asked, with the id of its conversation.
pub fn drive(
    script: &Script,
    url: &str,
    patience: Duration,
    out: &mut dyn Write,
    alive: &mut dyn FnMut() -> anyhow::Result<()>,
) -> anyhow::Result<Option<Followed>> {
    let mut followed = None;
    let said = script.steps.iter().map(|s| s.say.chars().count()).max().unwrap_or(0);
    let asked = script.steps.iter().map(|s| s.request.chars().count()).max().unwrap_or(0);
    writeln!(out, "{}\n", script.title)?;
    writeln!(out, "{:said$}  {:asked$}  answer", "what happens", "request")?;
    writeln!(out, "{}  {}  {}", "-".repeat(said), "-".repeat(asked), "-".repeat(30))?;
    let mut kept = Kept::new(&script.time_zone);
    for step in &script.steps {
        let Answer { status, body, id } = answer(step, url, &kept, patience, alive)?;
        if step.follow {
            followed = Some(Followed { request: kept.fill(&step.request), id });
        }
        for (name, pointer) in &step.keep {
            let value = body.pointer(pointer).context("the answer lacks a value to keep")?;
            kept.keep(name, plain(value));
        }
        let shown: Vec<String> = step
            .show
            .iter()
            .map(|pointer| {
                let found = kept.fill(pointer);
                let value = body.pointer(&found).map_or_else(|| "nothing".to_owned(), plain);
                format!("{} = {value}", pointer.rsplit('/').next().unwrap_or(pointer))
            })
            .collect();
        let (say, request) = (&step.say, &step.request);
        writeln!(out, "{say:said$}  {request:asked$}  {status} {}", shown.join(", "))?;
        out.flush()?;
    }
    Ok(followed)
}

/// The answer to a step once it is as expected; reads are repeated until then.
fn answer(
    step: &Step,
    url: &str,
    kept: &Kept,
    patience: Duration,
    alive: &mut dyn FnMut() -> anyhow::Result<()>,
) -> anyhow::Result<Answer> {
    let request = kept.fill(&step.request);
    let (method, path) = request.split_once(' ').context("a request is `METHOD /path`")?;
    let body = step.body.as_ref().map(|body| kept.fill_value(body));
    let end = Instant::now() + patience;
    loop {
        alive()?;
        let answer = send(method, &format!("{url}{path}"), body.as_ref())?;
        let Some(wrong) = differs(step, kept, answer.status, &answer.body) else {
            return Ok(answer);
        };
        let Answer { status, body: answer, .. } = answer;
        // A refusal has no effect, so what needs news from another context may be asked again.
        let again = method == "GET" || (step.status < 300 && matches!(status, 409 | 422));
        if !again || Instant::now() >= end {
            bail!("{}: {request} answered {status} {answer}, but {wrong}", step.say);
        }
        sleep(TICK);
    }
}

/// What is not as the step expects, if anything.
fn differs(step: &Step, kept: &Kept, status: u16, answer: &Value) -> Option<String> {
    if status != step.status {
        return Some(format!("{} was expected", step.status));
    }
    step.expect.iter().find_map(|(pointer, wanted)| {
        let wanted = kept.fill_value(wanted);
        let found = answer.pointer(&kept.fill(pointer)).unwrap_or(&Value::Null);
        (*found != wanted).then(|| format!("{wanted} was expected at {pointer}"))
    })
}

fn send(method: &str, url: &str, body: Option<&Value>) -> anyhow::Result<Answer> {
    let agent = ureq::Agent::config_builder().http_status_as_error(false).build().new_agent();
    let what = || format!("{method} {url}");
    let mut response = match (method, body) {
        ("GET", _) => agent.get(url).call().with_context(what)?,
        ("POST", Some(body)) => agent
            .post(url)
            .header("content-type", "application/json")
            .send(body.to_string())
            .with_context(what)?,
        ("POST", None) => agent.post(url).send_empty().with_context(what)?,
        _ => bail!("a demo knows GET and POST, not {method}"),
    };
    let status = response.status().as_u16();
    let id = response.headers().get("x-correlation-id").and_then(|id| id.to_str().ok());
    let id = id.unwrap_or_default().to_owned();
    let text = response.body_mut().read_to_string().with_context(what)?;
    let body = if text.is_empty() {
        Value::Null
    } else {
        serde_json::from_str(&text).with_context(what)?
    };
    Ok(Answer { status, body, id })
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(status: u16, expect: &Value) -> Step {
        let step = serde_json::json!({
            "say": "x", "request": "GET /x", "status": status, "expect": expect, "show": []
        });
        serde_json::from_value(step).unwrap()
    }

    #[test]
    fn a_wrong_status_or_value_is_named() {
        let mut kept = Kept::new("UTC");
        kept.keep("id", "7".to_owned());
        let expecting = step(200, &serde_json::json!({ "/items/0/id": "{id}", "/items/1": null }));
        let right = serde_json::json!({ "items": [{ "id": "7" }] });
        assert_eq!(differs(&expecting, &kept, 200, &right), None);
        let keyed = step(200, &serde_json::json!({ "/{id}/name": "Lamp" }));
        assert_eq!(
            differs(&keyed, &kept, 200, &serde_json::json!({ "7": { "name": "Lamp" } })),
            None
        );
        let status = differs(&expecting, &kept, 409, &right);
        assert_eq!(status.as_deref(), Some("200 was expected"));
        let other = serde_json::json!({ "items": [] });
        let value = differs(&expecting, &kept, 200, &other);
        assert_eq!(value.as_deref(), Some("\"7\" was expected at /items/0/id"));
    }
}
