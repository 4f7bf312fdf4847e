//! Who may connect to whom in a cluster: the edges of the context map, and what a service needs
//! beside other services. Whatever is not told is forbidden.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::model::Model;

use super::kubernetes::{DOOR, owner};
use super::parts::{GATEWAY, KAFKA_PORT, PORT, Pair, Unit, broker};

/// Where databases listen.
const DATABASE_PORT: u16 = 5432;

/// Who may connect to whom.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Network {
    system: String,
    /// Whether it forbids what is not told.
    closed: bool,
    policies: Vec<Policy>,
}

/// The connections of one pod.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Policy {
    name: String,
    owner: String,
    /// Annotations.
    notes: Vec<Pair>,
    /// Its own port.
    port: u16,
    egress: Vec<Egress>,
    ingress: Vec<String>,
    /// Whether everybody may connect, from outside too.
    open: bool,
}

/// Pods that are reached on one port.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Egress {
    port: u16,
    pods: Vec<String>,
}

/// Each service reaches its database, the broker and those whose logs it reads; a job what it is for.
pub(super) fn network(model: &Model, units: &[Unit<'_>]) -> Network {
    let to = |port, pods| Egress { port, pods };
    let broker = broker(model);
    let mut policies = Vec::new();
    for unit in units {
        let to_database = to(DATABASE_PORT, vec![unit.database.clone()]);
        let to_broker = to(KAFKA_PORT, vec![broker.clone()]);
        let mut egress = vec![to_database.clone(), to_broker.clone()];
        if !unit.calls.is_empty() {
            egress.push(to(PORT, unit.calls.keys().cloned().collect()));
        }
        let here = |(name, ingress, egress): (&String, Vec<String>, Vec<Egress>)| Policy {
            name: name.clone(),
            owner: owner(model, unit),
            notes: vec![Pair::new(
                "ignore-check.kube-linter.io/dangling-networkpolicypeer-podselector",
                "databases and the broker are elsewhere",
            )],
            port: PORT,
            egress,
            ingress,
            open: false,
        };
        let door = GATEWAY.then(|| DOOR.to_owned());
        // The first process tells the others what happened here.
        for (place, process) in unit.processes.iter().enumerate() {
            let others = unit.called_by.iter().filter(|_| place == 0);
            let called_by = others.cloned().chain(door.clone()).collect();
            policies.push(here((&process.name, called_by, egress.clone())));
        }
        policies.push(here((&unit.migration, vec![], vec![to_database])));
        policies.push(here((&unit.topics, vec![], vec![to_broker])));
    }
    policies.extend(GATEWAY.then(|| Policy {
        name: DOOR.to_owned(),
        owner: model.system.clone(),
        notes: vec![],
        port: PORT,
        egress: vec![to(PORT, processes(units))],
        ingress: vec![],
        open: true,
    }));
    policies.sort_by(|a, b| a.name.cmp(&b.name));
    Network { system: model.system.clone(), closed: true, policies }
}

pub(super) fn database_network(model: &Model, units: &[Unit<'_>]) -> Network {
    let policy = |unit: &Unit<'_>| Policy {
        name: unit.database.clone(),
        owner: owner(model, unit),
        notes: vec![],
        port: DATABASE_PORT,
        egress: vec![],
        ingress: inside(unit),
        open: false,
    };
    let policies = units.iter().map(policy).collect();
    Network { system: model.system.clone(), closed: false, policies }
}

/// Every service talks to the broker, and what makes its topics.
pub(super) fn broker_network(model: &Model, units: &[Unit<'_>]) -> Network {
    let mut ingress = processes(units);
    ingress.extend(units.iter().map(|unit| unit.topics.clone()));
    ingress.sort();
    let policy = Policy {
        name: broker(model),
        owner: model.system.clone(),
        notes: vec![],
        port: KAFKA_PORT,
        egress: vec![],
        ingress,
        open: false,
    };
    Network { system: model.system.clone(), closed: false, policies: vec![policy] }
}

/// All processes of all services, sorted.
fn processes(units: &[Unit<'_>]) -> Vec<String> {
    let all = units.iter().flat_map(|unit| &unit.processes).map(|it| it.name.clone());
    all.collect::<BTreeSet<_>>().into_iter().collect()
}

/// Those who use the database of a service, sorted.
fn inside(unit: &Unit<'_>) -> Vec<String> {
    let processes = unit.processes.iter().map(|it| it.name.clone());
    processes.chain([unit.migration.clone()]).collect::<BTreeSet<_>>().into_iter().collect()
}
