//! What must hold after everything that broke, judged from the client's own record, the raw tables and the second fold.

use std::collections::{BTreeMap, BTreeSet};

use super::fold::{Logs, Views};
use super::load::{Record, Sent, Told};
use crate::raw::{Saga, Stored};
use crate::system::{SERVICES, System};

/// Events that other services are told, by service.
const PUBLIC: [(&str, &[&str]); 4] = [
    ("catalog", &["product_listed", "product_discontinued", "price_set", "price_reduced"]),
    ("customers", &["customer_registered", "email_changed", "account_closed"]),
    ("ordering", &["order_confirmed", "order_rejected"]),
    ("shipping", &["shipment_sent", "shipment_delivered"]),
];

/// Numbers of a run that ended well.
#[derive(Debug, Default)]
pub struct Sums {
    pub done: usize,
    pub refused: usize,
    pub unknown: usize,
    /// Commands without an answer that were carried out all the same.
    pub unknown_done: usize,
    pub events: usize,
    pub completed: usize,
    pub compensated: usize,
    pub watermarks: usize,
}

/// Read all logs and judge; the error says what does not hold, or does not hold yet.
pub fn check(system: &System, record: &Record) -> Result<Sums, String> {
    let logs: Logs = SERVICES.iter().map(|name| (*name, system.database(name).events())).collect();
    let mut sums = Sums { events: logs.values().map(Vec::len).sum(), ..Sums::default() };
    logs.iter().try_for_each(|(service, log)| whole(service, log))?;
    commands(&logs, &record.sent.lock().unwrap(), &mut sums)?;
    sagas(&logs, &system.database("ordering").sagas(), &mut sums)?;
    reactions(&logs)?;
    watermarks(system, &logs, &mut sums)?;
    let expected = Views::of(&logs);
    let shown = Views::shown(&system.address, expected.accounts.keys())?;
    shown.compare(&expected)?;
    Ok(sums)
}

/// Positions and versions have no hole and come once.
fn whole(service: &str, log: &[Stored]) -> Result<(), String> {
    let mut shards: BTreeMap<i64, i64> = BTreeMap::new();
    let mut streams: BTreeMap<(&str, &str), BTreeSet<i64>> = BTreeMap::new();
    for event in log {
        let last = shards.entry(event.shard).or_default();
        *last += 1;
        if event.pos != *last {
            return Err(format!(
                "{service}: position {last} of shard {} is {event:?}",
                event.shard
            ));
        }
        let versions = streams.entry((&event.stream_type, &event.stream_id)).or_default();
        if !versions.insert(event.version) {
            return Err(format!("{service}: twice the version of {event:?}"));
        }
    }
    for (stream, versions) in streams {
        let end = i64::try_from(versions.len()).expect("a count");
        if versions.last() != Some(&end) {
            return Err(format!("{service}: {stream:?} has the versions {versions:?}"));
        }
    }
    Ok(())
}

/// The events of a conversation with this name, in one service.
fn of<'a>(logs: &'a Logs, sent: &Sent) -> Vec<&'a Stored> {
    let log = &logs[sent.service];
    log.iter()
        .filter(|it| it.event_type == sent.event && it.correlation() == sent.correlation)
        .collect()
}

/// What was accepted is there once, with the version that was told; what was refused is not.
fn commands(logs: &Logs, sent: &[Sent], sums: &mut Sums) -> Result<(), String> {
    for sent in sent {
        let found = of(logs, sent);
        let fine = match &sent.told {
            Told::Done(version) => {
                sums.done += 1;
                found.len() == 1 && found[0].version == *version
            }
            Told::Refused(_) => {
                sums.refused += 1;
                found.is_empty()
            }
            Told::Nothing => {
                sums.unknown += 1;
                sums.unknown_done += found.len();
                found.len() <= 1
            }
        };
        if !fine {
            return Err(format!("{sent:?} left {found:?}"));
        }
    }
    Ok(())
}

/// How often each order has an event.
fn count<'a>(log: &'a [Stored], event: &str) -> BTreeMap<&'a str, usize> {
    let mut counts = BTreeMap::new();
    for it in log.iter().filter(|it| it.event_type == event) {
        let order = it.data["order_id"].as_str().unwrap_or(&it.stream_id);
        *counts.entry(order).or_default() += 1;
    }
    counts
}

/// Every order that was placed has one saga, which has ended; all of its effects are there, or none.
fn sagas(logs: &Logs, rows: &[Saga], sums: &mut Sums) -> Result<(), String> {
    let (ordering, stock, payment) = (&logs["ordering"], &logs["stock"], &logs["payment"]);
    let counts = |log: &'static str, event: &str| count(&logs[log], event);
    let (confirmed, rejected) =
        (count(ordering, "order_confirmed"), count(ordering, "order_rejected"));
    let (reserved, released) = (count(stock, "stock_reserved"), count(stock, "stock_released"));
    let (held, voided) = (count(payment, "payment_authorised"), count(payment, "payment_voided"));
    for placed in ordering.iter().filter(|it| it.event_type == "order_placed") {
        let order = placed.stream_id.as_str();
        let of = |counts: &BTreeMap<&str, usize>| counts.get(order).copied().unwrap_or(0);
        let mine: Vec<&Saga> =
            rows.iter().filter(|it| it.correlation == placed.correlation()).collect();
        let [saga] = mine[..] else { return Err(format!("{} sagas of {order}", mine.len())) };
        let here = [&confirmed, &rejected, &reserved, &released, &held, &voided].map(of);
        let fine = match saga.status.as_str() {
            "completed" => here == [1, 0, 1, 0, 1, 0],
            "compensated" => {
                let [confirmed, rejected, reserved, released, held, voided] = here;
                (confirmed, rejected) == (0, 1) && reserved == released && held == voided
            }
            _ => false,
        };
        if !fine {
            return Err(format!("{order} is {} with {here:?}", saga.status));
        }
        sums.completed += usize::from(saga.status == "completed");
        sums.compensated += usize::from(saga.status == "compensated");
    }
    let placed = counts("ordering", "order_placed");
    let strangers = reserved.keys().chain(held.keys()).find(|order| !placed.contains_key(*order));
    match strangers {
        Some(order) => Err(format!("{order} has effects and was not placed")),
        None => Ok(()),
    }
}

/// What follows from an event followed once, and from nothing else.
fn reactions(logs: &Logs) -> Result<(), String> {
    let counts = |log: &'static str, event: &str| count(&logs[log], event);
    let mut ended = counts("ordering", "order_confirmed");
    ended.extend(counts("ordering", "order_rejected"));
    once("mails", &counts("notification", "mail_written"), &ended)?;
    let confirmed = counts("ordering", "order_confirmed");
    once("shipments", &counts("shipping", "shipment_prepared"), &confirmed)?;
    let sent = counts("shipping", "shipment_sent");
    once("payments taken", &counts("payment", "payment_taken"), &sent)?;
    once("parcels that left the depot", &counts("stock", "stock_handed_over"), &sent)
}

fn once(
    what: &str,
    effects: &BTreeMap<&str, usize>,
    causes: &BTreeMap<&str, usize>,
) -> Result<(), String> {
    if effects == causes {
        return Ok(());
    }
    let order = causes.keys().chain(effects.keys()).find(|it| effects.get(*it) != causes.get(*it));
    Err(format!("{what}: {} for {} causes, such as {order:?}", effects.len(), causes.len()))
}

/// Every consumer of another service's events has come to the last public one of each shard.
fn watermarks(system: &System, logs: &Logs, sums: &mut Sums) -> Result<(), String> {
    for service in SERVICES {
        for row in system.database(service).watermarks() {
            // The events of a service, or those of one aggregate of it.
            let Some((source, aggregate)) = row.source.split_once("/e") else { continue };
            let aggregate = aggregate.strip_prefix('/');
            if source == service {
                continue;
            }
            let (_, public) = PUBLIC
                .iter()
                .find(|(name, _)| *name == source)
                .expect("a service that tells something");
            let told = logs[source]
                .iter()
                .filter(|it| it.shard == row.shard && public.contains(&it.event_type.as_str()))
                .filter(|it| aggregate.is_none_or(|one| one == it.stream_type));
            let last = told.map(|it| it.pos).max().unwrap_or(0);
            sums.watermarks += 1;
            if row.pos != last {
                return Err(format!("{service}: {row:?} stands before or behind {last}"));
            }
        }
    }
    Ok(())
}
