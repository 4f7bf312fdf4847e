//! `[deploy]`: sizes with their defaults, for processes that are there.

use std::collections::{BTreeMap, BTreeSet};

use super::resolver::Resolver;
use crate::diagnostics::{Diagnostic, Sink, nearest};
use crate::lang::tree::Ident;
use crate::model::{Context, Deploy, Ready, Size};
use crate::syntax::tree::{self, Spanned};

/// The door to all services, which no context can be called.
const GATEWAY: &str = "gateway";

/// The sizes of the system's processes.
pub(super) fn build(
    r: &Resolver<'_>,
    contexts: &BTreeMap<String, Context>,
    sink: &mut Sink,
) -> Deploy {
    let said = &r.tree.deploy;
    let size = merged(Size::default(), &said.size, sink);
    let mut sizes = BTreeMap::new();
    let processes = processes(contexts);
    for (name, own) in &said.sizes {
        let own = merged(size, own, sink);
        if processes.contains(&name.text) || r.tree.broken {
            sizes.insert(name.text.clone(), own);
        } else {
            sink.push(unknown(name, contexts, &processes));
        }
    }
    let on_health = said.ready.as_ref().is_some_and(|it| it.value == Ready::Health.path());
    let ready = if on_health { Ready::Health } else { Ready::Ready };
    Deploy { size, ready, sizes }
}

/// Every process that can have a size.
fn processes(contexts: &BTreeMap<String, Context>) -> BTreeSet<String> {
    let views = contexts.values().filter(|it| it.split).map(|it| format!("{}_views", it.name));
    contexts.keys().cloned().chain(views).chain([GATEWAY.to_owned()]).collect()
}

/// MN507: the name of no process.
fn unknown(
    name: &Ident,
    contexts: &BTreeMap<String, Context>,
    processes: &BTreeSet<String>,
) -> Diagnostic {
    let found = format!("`{}` is no process of the system", name.text);
    let found = Diagnostic::error(507, name.span, found);
    let whole = name.text.strip_suffix("_views").and_then(|it| contexts.get(it));
    if let Some(context) = whole {
        let help = format!(
            "write `deploy = \"split\"` in the context `{}`, so that its views run by themselves",
            context.name
        );
        return found.help(help);
    }
    match nearest(&name.text, processes.iter().map(String::as_str)) {
        Some(near) => found.help(format!("did you mean `{near}`?")),
        None => found.help("write a context, `gateway`, or `X_views` of a context that is split"),
    }
}

fn merged(start: Size, said: &tree::Size, sink: &mut Sink) -> Size {
    let mut size = start;
    if let Some(replicas) = &said.replicas {
        match u32::try_from(replicas.value).ok().filter(|it| (1..=100).contains(it)) {
            Some(count) => size.replicas = count,
            None => {
                let found = "the replicas of a process are 1 to 100";
                sink.push(Diagnostic::error(508, replicas.span, found).help("write one such as 3"));
            }
        }
    }
    read(&said.cpu, &mut size.cpu, cpu, ("the cpu of a pod is `10m` to `2000m`", "`250m`"), sink);
    let memory_words = ("the memory of a pod is `16Mi` to `4Gi`", "`256Mi`");
    read(&said.memory, &mut size.memory, memory, memory_words, sink);
    size
}

/// MN508: a size that is none.
fn read(
    said: &Option<Spanned<String>>,
    size: &mut u32,
    parse: fn(&str) -> Option<u32>,
    (words, such): (&str, &str),
    sink: &mut Sink,
) {
    let Some(said) = said else { return };
    match parse(&said.value) {
        Some(value) => *size = value,
        None => sink.push(
            Diagnostic::error(508, said.span, words).help(format!("write one such as {such}")),
        ),
    }
}

fn cpu(text: &str) -> Option<u32> {
    let thousandths = match text.strip_suffix('m') {
        Some(number) => number.parse::<u32>().ok()?,
        None => text.parse::<u32>().ok()?.checked_mul(1_000)?,
    };
    (10..=2_000).contains(&thousandths).then_some(thousandths)
}

fn memory(text: &str) -> Option<u32> {
    let mebibytes = match text.strip_suffix("Gi") {
        Some(number) => number.parse::<u32>().ok()?.checked_mul(1_024)?,
        None => text.strip_suffix("Mi")?.parse::<u32>().ok()?,
    };
    (16..=4_096).contains(&mebibytes).then_some(mebibytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_in_the_words_of_kubernetes() {
        assert_eq!((cpu("10m"), cpu("2"), cpu("2000m")), (Some(10), Some(2_000), Some(2_000)));
        for wrong in ["", "m", "9m", "2001m", "3", "0.5", "-10m", "10 m", "99999999999m"] {
            assert_eq!(cpu(wrong), None, "{wrong}");
        }
        assert_eq!((memory("16Mi"), memory("4Gi")), (Some(16), Some(4_096)));
        for wrong in ["", "256", "256M", "15Mi", "5Gi", "Mi", "9999999999Gi"] {
            assert_eq!(memory(wrong), None, "{wrong}");
        }
    }
}
