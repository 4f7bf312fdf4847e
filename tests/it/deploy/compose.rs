//! `compose.yaml`, read back by a YAML parser.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{SYSTEMS, one_document, tree};

fn compose(of: &str) -> Value {
    one_document(&tree(of)["compose.yaml"])
}

fn services(file: &Value) -> impl Iterator<Item = (&String, &Value)> {
    file["services"].as_object().unwrap().iter()
}

/// The elements of a list, or the keys of a table.
fn names(value: &Value) -> BTreeSet<String> {
    match value {
        Value::Array(list) => list.iter().map(|v| v.as_str().unwrap().to_owned()).collect(),
        Value::Object(table) => table.keys().cloned().collect(),
        _ => BTreeSet::new(),
    }
}

#[test]
fn every_container_waits_for_the_health_of_what_it_needs() {
    for system in SYSTEMS {
        let file = compose(system);
        for (name, service) in services(&file) {
            let ends = ["migrate", "topics"].iter().any(|it| service["command"][0] == *it);
            assert_eq!(service["healthcheck"].is_null(), ends, "{name}");
            for needed in names(&service["depends_on"]) {
                let of = &file["services"][&needed];
                assert!(of.is_object(), "{name} needs {needed}, which is not there");
                let condition = service["depends_on"][&needed]["condition"].as_str().unwrap();
                let wanted = match of["healthcheck"].is_null() {
                    true => "service_completed_successfully",
                    false => "service_healthy",
                };
                assert_eq!(condition, wanted, "{name} needs {needed}");
            }
        }
    }
}

/// Parsers that guard against bombs of aliases multiply those within others: a hundred are soon there.
#[test]
fn no_anchor_stands_within_another() {
    for system in SYSTEMS {
        let text = &tree(system)["compose.yaml"];
        let (anchors, _) = text.split_once("\nname: ").unwrap();
        assert!(anchors.contains("\nx-service: &service\n"), "{system}");
        assert!(!anchors.contains("<<: *"), "{system}: {anchors}");
    }
}

#[test]
fn containers_run_programs_of_the_workspace_with_their_own_ports() {
    for system in SYSTEMS {
        let tree = tree(system);
        let file = one_document(&tree["compose.yaml"]);
        let mut ports = BTreeSet::new();
        for (name, service) in services(&file) {
            for port in names(&service["ports"]) {
                let outside = port.strip_prefix("127.0.0.1:").unwrap().strip_suffix(":8000");
                let outside: u16 = outside.unwrap().parse().unwrap();
                assert!((8000..9000).contains(&outside), "{name} answers on {outside}");
                assert!(ports.insert(outside), "{outside} is used twice");
            }
            let Some(binary) = service["build"]["args"]["BINARY"].as_str() else { continue };
            assert_eq!(service["image"], format!("{binary}:0.1.0"));
            let line = format!("name = \"{binary}\"");
            assert!(tree.values().any(|text| text.lines().any(|l| l == line)), "{binary}");
        }
        // Behind a gateway, nothing else can be reached from outside.
        let ends = ["-db", "-views"];
        let processes =
            services(&file).filter(|(name, _)| ends.iter().any(|it| name.ends_with(it)));
        let processes = processes.count();
        let gateway = &file["services"]["gateway"];
        assert_eq!(gateway.is_object(), tree.contains_key("services/gateway/Cargo.toml"));
        if gateway.is_object() {
            assert_eq!(ports, BTreeSet::from([8000]));
            assert_eq!(names(&gateway["depends_on"]).len(), processes);
        } else {
            assert_eq!(ports.len(), processes);
        }
    }
}

#[test]
fn a_database_is_in_reach_of_its_own_service_only() {
    for system in SYSTEMS {
        let file = compose(system);
        for (name, _) in services(&file).filter(|(name, _)| name.ends_with("-db")) {
            let owner = name.trim_end_matches("-db");
            let inside: BTreeSet<&str> = services(&file)
                .filter(|(_, service)| names(&service["networks"]).contains(name))
                .map(|(name, _)| name.as_str())
                .collect();
            let (migration, views) = (format!("{owner}-migrate"), format!("{owner}-views"));
            let mut expected = BTreeSet::from([owner, name.as_str(), migration.as_str()]);
            if file["services"][&views].is_object() {
                expected.insert(&views);
            }
            assert_eq!(inside, expected);
            assert_eq!(file["networks"][name]["internal"], true);
            assert!(file["services"][name]["ports"].is_null());
        }
    }
}

#[test]
fn containers_can_do_little() {
    for system in SYSTEMS {
        let file = compose(system);
        for (name, service) in services(&file) {
            assert_eq!(service["cap_drop"], serde_json::json!(["ALL"]), "{name}");
            assert_eq!(service["read_only"], true, "{name}");
            assert_ne!(service["user"].as_str().unwrap().split(':').next(), Some("0"), "{name}");
            assert!(service["mem_limit"].is_string() && service["cpus"].is_number(), "{name}");
            assert!(!service["image"].as_str().unwrap().ends_with("latest"), "{name}");
        }
    }
}

#[test]
fn services_talk_by_a_broker_whose_topics_are_made_first() {
    for system in SYSTEMS {
        let file = compose(system);
        let dockerfile = &tree(system)["Dockerfile"];
        assert_eq!(dockerfile.matches("ARG FEATURES=kafka-tls,tls\n").count(), 2);
        assert_eq!(dockerfile.matches("--features \"$FEATURES\"").count(), 2);
        for (database, _) in services(&file).filter(|(name, _)| name.ends_with("-db")) {
            let name = database.trim_end_matches("-db");
            let service = &file["services"][name];
            let job = format!("{name}-topics");
            assert_eq!(service["environment"]["KAFKA_BROKERS"], "kafka:9092", "{name}");
            assert!(names(&service["networks"]).contains("kafka"), "{name}");
            let needed = names(&service["depends_on"]);
            assert!(needed.contains("kafka") && needed.contains(&job), "{name}");
            assert_eq!(
                names(&file["services"][&job]["networks"]),
                BTreeSet::from(["kafka".into()])
            );
        }
        assert_eq!(file["networks"]["kafka"]["internal"], true);
        assert!(file["services"]["kafka"]["ports"].is_null());
    }
}
