//! One file per schedule: at this time, ask for that.

use heck::ToSnakeCase as _;
use serde::Serialize;

use crate::lang::to_rust::{Lowerer, grouped};
use crate::layout::{self, Node, Stmt};
use crate::model::{Schedule, Ticks};
use crate::view::domain::{Domain, doc_of, uses};
use crate::view::rust::{Imports, Rust};

use super::flow;
use super::policy::{rounds, sends};
use super::site::{Place, Site, domain_crate};

const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

/// The file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ScheduleFile {
    header: String,
    words: String,
    external: String,
    internal: String,
    doc: String,
    name: String,
    /// The name in ids and cursors.
    id: String,
    ticks: String,
    /// Its own zone, as a static of the file; empty when it is the context's.
    own_zone: String,
    zone: String,
    run: String,
}

/// A schedule.
#[must_use]
pub fn schedule_file<'m>(domain: &Domain<'m>, schedule: &'m Schedule) -> ScheduleFile {
    let imports = Imports::outside(&domain_crate(&domain.context.name));
    let rust = Rust { homes: &domain.homes, imports: &imports };
    imports.add("kit::schedule", "Schedule");
    imports.add("kit::schedule", "Ticks");
    let run = run(domain, &rust, schedule);
    imports.keep_used(&[&run, "Schedule", "Ticks"]);
    let (own_zone, zone) = zone(domain, schedule);
    ScheduleFile {
        header: domain.header.clone(),
        words: schedule.name.to_snake_case().replace('_', " "),
        doc: doc_of(schedule.notes.doc.as_deref()),
        name: schedule.name.clone(),
        id: schedule.name.to_snake_case(),
        ticks: ticks(schedule.ticks),
        own_zone,
        zone,
        run,
        external: imports.external(true),
        internal: imports.internal(),
    }
}

fn run<'m>(domain: &Domain<'m>, rust: &Rust<'_, 'm>, schedule: &'m Schedule) -> String {
    let site = Site::new(domain, rust, Place::Policy);
    let mut body = match &schedule.each {
        None => sends(domain, &site, &schedule.send, None),
        Some(each) => rounds(domain, rust, &site, &schedule.send, each),
    };
    if let Some(cond) = &schedule.cond {
        body = flow::when(Lowerer::new(&site).cond(cond), body);
    }
    let none = Node::call("Vec::new", vec![]);
    let back = if body.is_empty() {
        none
    } else {
        body.insert(0, Stmt::Bind("let mut messages".to_owned(), none, None));
        Node::atom("messages")
    };
    body.push(Stmt::Expr(Node::call("Ok", vec![back])));
    let text = layout::body(&body, 8);
    let cx = if uses(&text, "cx") { "cx: &Context" } else { "_: &Context" };
    let signature = layout::signature("fn run", &[cx], Some("Folded<Vec<Message>>"), 4);
    format!("    {signature}\n{text}\n    }}")
}

fn ticks(ticks: Ticks) -> String {
    match ticks {
        Ticks::Every(micros) => format!("Ticks::Every({})", grouped(i128::from(micros))),
        Ticks::Daily(hour, minute) => format!("Ticks::Daily({hour}, {minute})"),
        Ticks::Weekly(day, hour, minute) => {
            let day = DAYS.get(usize::from(day)).copied().unwrap_or("Mon");
            format!("Ticks::Weekly(time::Weekday::{day}, {hour}, {minute})")
        }
        Ticks::Monthly(day, hour, minute) => format!("Ticks::Monthly({day}, {hour}, {minute})"),
    }
}

/// The static of a zone of its own, and the reference to its zone.
fn zone(domain: &Domain, schedule: &Schedule) -> (String, String) {
    let context = &domain.context;
    let zone = &schedule.time_zone;
    if *zone == "UTC" {
        return (String::new(), "&time::UTC".to_owned());
    }
    if *zone == context.time_zone {
        return (String::new(), format!("&{}::ZONE", domain_crate(&context.name)));
    }
    (format!("static ZONE: time::Zone = time::Zone::new({zone:?});"), "&ZONE".to_owned())
}
