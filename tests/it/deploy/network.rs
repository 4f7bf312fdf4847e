//! Who may connect to whom: what the manifests allow is what the context map says, and for each
//! service its database and the broker, no more and no less.
//!
//! The edges of the model are worked out here from its exported form, where messages and events are
//! words, and not with the code that renders the manifests.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{SYSTEMS, documents, model, tree};

/// From a pod to a pod on a port.
type Edge = (String, String, u64);

/// What manifests say of connections.
struct Connections {
    /// Those that both ends allow. A peer that is not part of the manifests, such as a database
    /// elsewhere, has no end that could forbid.
    allowed: BTreeSet<Edge>,
    /// Those that either end speaks of.
    told: BTreeSet<Edge>,
}

fn connections(texts: &[&str]) -> Connections {
    let all: Vec<Value> = texts.iter().flat_map(|text| documents(text)).collect();
    let policies: Vec<&Value> = all.iter().filter(|d| d["kind"] == "NetworkPolicy").collect();
    let pod = |policy: &Value| {
        policy["spec"]["podSelector"]["matchLabels"]["app.kubernetes.io/name"]
            .as_str()
            .map(str::to_owned)
    };
    let known: BTreeSet<String> = policies.iter().filter_map(|p| pod(p)).collect();
    let side = |policy: &Value, way: &str, peers: &str| -> BTreeSet<(String, u64)> {
        let mut found = BTreeSet::new();
        for rule in policy["spec"][way].as_array().into_iter().flatten() {
            if rule[peers].is_null() {
                // A rule without peers is for everybody: the door alone has one.
                assert_eq!((pod(policy).as_deref(), way), (Some("gateway"), "ingress"));
                continue;
            }
            for peer in rule[peers].as_array().unwrap() {
                if peer["namespaceSelector"].is_object() {
                    assert_eq!(peer["podSelector"]["matchLabels"]["k8s-app"], "kube-dns");
                    continue;
                }
                let labels = peer["podSelector"]["matchLabels"].as_object().unwrap();
                assert_eq!(labels.len(), 1);
                for port in rule["ports"].as_array().unwrap() {
                    let name = labels["app.kubernetes.io/name"].as_str().unwrap();
                    found.insert((name.to_owned(), port["port"].as_u64().unwrap()));
                }
            }
        }
        found
    };
    let mut leaves = BTreeSet::new();
    let mut enters = BTreeSet::new();
    for policy in policies {
        let Some(name) = pod(policy) else { continue };
        for (to, port) in side(policy, "egress", "to") {
            leaves.insert((name.clone(), to, port));
        }
        for (from, port) in side(policy, "ingress", "from") {
            enters.insert((from, name.clone(), port));
        }
    }
    let both = leaves.intersection(&enters).cloned();
    let outside = leaves.iter().filter(|(_, to, _)| !known.contains(to)).cloned();
    let allowed = both.chain(outside).collect();
    Connections { allowed, told: leaves.into_iter().chain(enters).collect() }
}

/// The contexts in texts such as `stock.PartListed` and `stock.TakePart(part_no = 1)`.
fn contexts_of(texts: &Value) -> BTreeSet<String> {
    let texts = texts.as_array().into_iter().flatten().filter_map(Value::as_str);
    let heads = texts.filter_map(|text| text.split('(').next());
    heads.filter_map(|head| head.split_once('.')).map(|(context, _)| context.to_owned()).collect()
}

/// The connections that a system needs, from its exported model.
fn needed(of: &str) -> BTreeSet<Edge> {
    let door = tree(of).contains_key("services/gateway/Cargo.toml");
    let system = minos::export::system(&model(of));
    let contexts = system["contexts"].as_object().unwrap();
    let mut found = BTreeSet::new();
    let host = |name: &str| name.replace('_', "-");
    // A context that is split has a second process, which reads the same logs and tells nobody.
    let processes = |name: &str| {
        let split = contexts[name]["deploy"] == "split";
        std::iter::once(host(name)).chain(split.then(|| format!("{}-views", host(name))))
    };
    let mut add = |from: &str, to: &str| {
        if from != to {
            found.extend(processes(from).map(|from| (from, host(to), 8000)));
        }
    };
    for (name, context) in contexts {
        let folded = ["views", "replicas"].map(|kind| context[kind].as_object().unwrap());
        for projection in folded.iter().flat_map(|them| them.values()) {
            for reaction in projection["reactions"].as_array().unwrap() {
                let event = reaction["event"].as_str().unwrap();
                add(name, event.split_once('.').unwrap().0);
            }
        }
        for policy in context["policies"].as_object().unwrap().values() {
            contexts_of(&policy["on"]).iter().for_each(|other| add(name, other));
            contexts_of(&policy["send"]).iter().for_each(|asked| add(asked, name));
        }
        for saga in context["sagas"].as_object().unwrap().values() {
            add(name, saga["start"].as_str().unwrap().split_once('.').unwrap().0);
            for step in saga["steps"].as_array().unwrap() {
                for asked in contexts_of(&json!([step["send"], step["undo"]])) {
                    add(&asked, name);
                    add(name, &asked);
                }
            }
            for end in ["completed", "compensated"] {
                let texts = saga[end].as_array().unwrap().iter().filter_map(Value::as_str);
                let sent = texts.filter_map(|text| text.strip_prefix("send "));
                let sent: Vec<&str> = sent.collect();
                contexts_of(&json!(sent)).iter().for_each(|asked| add(asked, name));
            }
        }
    }
    for name in contexts.keys() {
        let database = format!("{}-db", host(name));
        found.insert((format!("{}-migrate", host(name)), database.clone(), 5432));
        found.insert((format!("{}-topics", host(name)), "kafka".to_owned(), 9092));
        for process in processes(name) {
            found.insert((process.clone(), database.clone(), 5432));
            found.insert((process.clone(), "kafka".to_owned(), 9092));
            if door {
                found.insert(("gateway".to_owned(), process, 8000));
            }
        }
    }
    found
}

#[test]
fn the_network_allows_exactly_the_edges_of_the_context_map() {
    for system in SYSTEMS {
        let tree = tree(system);
        let base = &tree["deploy/k8s/base/network.yaml"];
        let databases = &tree["deploy/k8s/components/databases/network.yaml"];
        let kafka = &tree["deploy/k8s/components/kafka/network.yaml"];
        for texts in [vec![base.as_str()], vec![base, databases], vec![base, databases, kafka]] {
            let found = connections(&texts);
            assert_eq!(found.allowed, needed(system), "{system}");
            assert_eq!(
                found.told,
                needed(system),
                "{system}: an end allows what the other forbids"
            );
        }
    }
}

#[test]
fn what_is_not_told_is_forbidden() {
    let tree = tree("examples/lending");
    let closed = documents(&tree["deploy/k8s/base/network.yaml"]).remove(0);
    assert_eq!(closed["spec"]["podSelector"], serde_json::json!({}));
    assert_eq!(closed["spec"]["policyTypes"], serde_json::json!(["Egress", "Ingress"]));
    assert!(closed["spec"]["egress"].is_null() && closed["spec"]["ingress"].is_null());
}

/// An edge that is dropped or added, at either end, is noticed.
#[test]
fn a_dropped_or_added_edge_is_noticed() {
    let system = "examples/lending";
    let tree = tree(system);
    let text = &tree["deploy/k8s/base/network.yaml"];
    let peer =
        "        - podSelector:\n            matchLabels:\n              app.kubernetes.io/name: ";
    let (mut dropped, mut noticed) = (0, 0);
    for (at, _) in text.match_indices(peer) {
        let end = at + peer.len() + text[at + peer.len()..].find('\n').unwrap() + 1;
        let mut other = text.clone();
        other.replace_range(at..end, "");
        let other = other.replace("to:\n    - ports", "to: []\n    - ports");
        let other = other.replace("to:\n  ingress", "to: []\n  ingress");
        let other = other.replace("- from:\n      ports", "- from: []\n      ports");
        dropped += 1;
        noticed += usize::from(connections(&[&other]).allowed != needed(system));
    }
    assert!(dropped >= 6, "{dropped}");
    assert_eq!(noticed, dropped, "dropped edges");
    let leaves = format!(
        "    - ports:\n        - port: 8000\n          protocol: TCP\n      to:\n{peer}lending\n"
    );
    let door = format!("{peer}gateway\n");
    let entering = text.replace(&door, &format!("{door}{peer}catalogue\n"));
    let database = format!("{peer}catalogue-db\n");
    let leaving = text.replace(&database, &format!("{database}{leaves}"));
    let both = entering.replace(&database, &format!("{database}{leaves}"));
    for (added, both_ends) in [(&entering, false), (&leaving, false), (&both, true)] {
        assert_ne!(added, text);
        let found = connections(&[added]);
        assert_ne!(found.told, needed(system), "added edges");
        assert_eq!(found.allowed != needed(system), both_ends);
    }
}
