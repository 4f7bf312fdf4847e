//! The manifests for Kubernetes, read back by a YAML parser. What the linters judge is not repeated
//! here, but for what `docs/linters.md` cannot show on every change.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::{DIVIDED, SYSTEMS, documents, one_document, tree};
use crate::golden::Tree;

const ROOT: &str = "deploy/k8s/";

/// The objects in the files of a folder.
fn objects(tree: &Tree, folder: &str) -> Vec<Value> {
    let start = format!("{ROOT}{folder}/");
    let files = tree.iter().filter(|(path, _)| path.starts_with(&start));
    let files = files.filter(|(path, _)| path.ends_with(".yaml") && !path.ends_with("tion.yaml"));
    files.flat_map(|(_, text)| documents(text)).filter(|d| !d.is_null()).collect()
}

fn name(object: &Value) -> &str {
    object["metadata"]["name"].as_str().unwrap()
}

fn of_kind<'a>(objects: &'a [Value], kind: &str) -> Vec<&'a Value> {
    objects.iter().filter(|o| o["kind"] == kind).collect()
}

/// The part of an object that describes its pods.
fn pod(object: &Value) -> &Value {
    &object["spec"]["template"]["spec"]
}

#[test]
fn a_kustomization_lists_every_file_of_its_folder() {
    for system in SYSTEMS {
        let tree = tree(system);
        for folder in ["base", "components/databases", "components/kafka"] {
            let start = format!("{ROOT}{folder}/");
            let file = one_document(&tree[&format!("{start}kustomization.yaml")]);
            let mut listed: BTreeSet<String> = BTreeSet::new();
            listed.extend(file["resources"].as_array().unwrap().iter().map(text));
            for config in file["configMapGenerator"].as_array().into_iter().flatten() {
                if let Some(from) = config["files"][0].as_str() {
                    listed.insert(from.strip_prefix("config.env=").unwrap().to_owned());
                }
                listed.extend(config["envs"].as_array().into_iter().flatten().map(text));
            }
            let there = tree.keys().filter_map(|path| path.strip_prefix(&start));
            let there = there.filter(|path| *path != "kustomization.yaml").map(str::to_owned);
            assert_eq!(listed, there.collect(), "{system}: {folder}");
        }
        for overlay in ["dev", "prod"] {
            let file = one_document(&tree[&format!("{ROOT}overlays/{overlay}/kustomization.yaml")]);
            assert_eq!(file["resources"], json!(["../../base"]));
        }
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

#[test]
fn a_service_answers_on_port_80_and_selects_its_own_pods() {
    for system in SYSTEMS {
        let tree = tree(system);
        let base = objects(&tree, "base");
        let deployments: BTreeMap<&str, &Value> =
            of_kind(&base, "Deployment").into_iter().map(|d| (name(d), d)).collect();
        let services = of_kind(&base, "Service");
        assert_eq!(services.len(), deployments.len());
        for service in services {
            let deployment = deployments[name(service)];
            let labels = &deployment["spec"]["template"]["metadata"]["labels"];
            for selector in
                [&service["spec"]["selector"], &deployment["spec"]["selector"]["matchLabels"]]
            {
                for (key, value) in selector.as_object().unwrap() {
                    assert_eq!(&labels[key], value);
                }
            }
            let port = &service["spec"]["ports"][0];
            let container = &pod(deployment)["containers"][0]["ports"][0];
            assert_eq!(port["port"], 80);
            assert_eq!(port["targetPort"], container["name"]);
            assert_eq!(container["containerPort"], 8000);
        }
    }
}

#[test]
fn a_deployment_has_three_pods_three_probes_and_limits() {
    for system in SYSTEMS.into_iter().filter(|system| *system != DIVIDED) {
        let tree = tree(system);
        let base = objects(&tree, "base");
        for deployment in of_kind(&base, "Deployment") {
            assert_eq!(deployment["spec"]["replicas"], 3);
            let container = &pod(deployment)["containers"][0];
            let path = |probe: &str| text(&container[probe]["httpGet"]["path"]);
            assert_eq!(path("startupProbe"), "/health");
            assert_eq!(path("livenessProbe"), "/health");
            assert_eq!(path("readinessProbe"), "/ready");
            let image = text(&container["image"]);
            assert!(image.ends_with(":0.1.0"), "{image}");
            let requests = &container["resources"]["requests"];
            let limits = &container["resources"]["limits"];
            assert_eq!((&requests["memory"], &requests["cpu"]), (&json!("256Mi"), &json!("250m")));
            assert_eq!((&limits["memory"], &limits["cpu"]), (&json!("512Mi"), &json!("500m")));
            let budgets = of_kind(&base, "PodDisruptionBudget");
            assert!(budgets.iter().any(|budget| name(budget) == name(deployment)));
            let accounts = of_kind(&base, "ServiceAccount");
            let account = accounts.iter().find(|account| name(account) == name(deployment));
            assert_eq!(account.unwrap()["automountServiceAccountToken"], false);
        }
    }
}

/// The time that a pod gets is longer than the kit's own waits; those are read from the kit.
#[test]
fn a_pod_has_time_to_drain() {
    let kit = minos::plan::template("workspace/crates/kit-runtime/src/config/entry.rs").unwrap();
    let seconds = |setting: &str| -> u64 {
        let line = kit.lines().find(|line| line.contains(&format!("(\"{setting}\","))).unwrap();
        line.split('"').nth(3).unwrap().trim_end_matches('s').parse().unwrap()
    };
    let drain = seconds("DRAIN_WAIT") + seconds("DRAIN_TIMEOUT");
    let tree = tree("examples/lending");
    for deployment in of_kind(&objects(&tree, "base"), "Deployment") {
        let pod = pod(deployment);
        let sleep = &pod["containers"][0]["lifecycle"]["preStop"]["sleep"]["seconds"];
        let grace = pod["terminationGracePeriodSeconds"].as_u64().unwrap();
        assert!(grace >= drain + sleep.as_u64().unwrap() + 10 + 5, "{grace}");
    }
}

#[test]
fn secrets_are_named_and_not_told() {
    for system in SYSTEMS {
        let tree = tree(system);
        let base = objects(&tree, "base");
        assert!(of_kind(&base, "Secret").is_empty());
        for deployment in of_kind(&base, "Deployment") {
            let volumes = pod(deployment)["volumes"].as_array().unwrap();
            let secret = volumes.iter().find(|v| v["name"] == "database");
            if name(deployment) == "gateway" {
                assert!(secret.is_none());
                continue;
            }
            let secret = secret.unwrap();
            // The processes of a service share its database.
            let service = name(deployment).trim_end_matches("-views");
            let wanted = format!("{service}-database");
            assert_eq!(secret["secret"]["secretName"], wanted);
            let settings = pod(deployment)["containers"][0]["env"].as_array().unwrap();
            assert!(settings.iter().all(|s| s["name"] != "DATABASE_URL"));
        }
        let files = tree.iter().filter(|(path, _)| {
            path.starts_with("deploy/") || *path == "compose.yaml" || *path == "Dockerfile"
        });
        for (path, text) in files {
            // What stands before the @ of an address would be a password if it had a colon.
            for (at, _) in text.match_indices("postgres://") {
                let user = text[at + "postgres://".len()..].split('@').next().unwrap();
                assert!(!user.contains(':'), "{path}: a password for {user}");
            }
            let lower = text.to_lowercase();
            assert!(!lower.contains("password:") && !lower.contains("password="), "{path}");
        }
    }
}

#[test]
fn settings_are_those_that_the_program_knows() {
    for system in SYSTEMS {
        let tree = tree(system);
        let start = format!("{ROOT}base/services/");
        for (path, text) in tree.iter().filter(|(p, _)| p.starts_with(&start)) {
            let Some(host) = path.strip_prefix(&start).and_then(|p| p.strip_suffix(".env")) else {
                continue;
            };
            let context = host.trim_end_matches("-views").replace('-', "_");
            let wiring = tree.get(&format!("services/{context}/service/src/wiring.rs"));
            for line in text.lines().filter(|line| !line.starts_with('#')) {
                let (setting, value) = line.split_once('=').unwrap();
                if setting == "HTTP_ADDR" {
                    assert_eq!(value, "0.0.0.0:8000");
                    continue;
                }
                if setting == "PUBLIC_HOSTS" {
                    assert_eq!(host, "gateway");
                    assert!(value.split(',').all(|it| it.starts_with("gateway.")), "{value}");
                    continue;
                }
                if setting == "ROLE" {
                    let expected = if host.ends_with("-views") { "views" } else { "commands" };
                    assert_eq!(value, expected);
                    assert!([DIVIDED, "examples/bookshelf"].contains(&system), "{system}");
                    continue;
                }
                let other = setting.strip_suffix("_URL").unwrap().to_lowercase();
                if let (Some(views), None) = (other.strip_suffix("_views"), wiring) {
                    assert_eq!(value, format!("http://{}-views:80", views.replace('_', "-")));
                    continue;
                }
                let known = match wiring {
                    Some(wiring) => wiring.contains(&format!("neighbour(\"{other}\"")),
                    // The gateway knows every context.
                    None => tree.contains_key(&format!("services/{other}/service/src/wiring.rs")),
                };
                assert!(known, "{path}: {setting}");
                assert_eq!(value, format!("http://{}:80", other.replace('_', "-")));
            }
        }
    }
}

#[test]
fn gen_leaves_the_overlays_to_their_owner() {
    let sandbox = crate::cli::Sandbox::with_example("lending");
    sandbox.ends(0, "sync");
    let path = "deploy/k8s/overlays/prod/kustomization.yaml";
    let mine = sandbox.read(path).replace("namespace: library", "namespace: mine");
    sandbox.put(path, &mine);
    sandbox.ends(0, "gen k8s --check");
    let answer = sandbox.ends(0, "gen k8s");
    assert!(answer.err.starts_with("nothing to do: "), "{}", answer.err);
    assert_eq!(sandbox.read(path), mine);
}

#[test]
fn processes_are_as_large_as_the_text_says() {
    let base = objects(&tree(DIVIDED), "base");
    let sizes: BTreeMap<&str, (u64, String, String, String)> = of_kind(&base, "Deployment")
        .into_iter()
        .map(|it| {
            let resources = &pod(it)["containers"][0]["resources"];
            let (given, most) = (&resources["requests"], &resources["limits"]);
            let replicas = it["spec"]["replicas"].as_u64().unwrap();
            (
                name(it),
                (replicas, text(&given["cpu"]), text(&given["memory"]), text(&most["memory"])),
            )
        })
        .collect();
    let size = |replicas: u64, cpu: &str, memory: &str, most: &str| {
        (replicas, cpu.to_owned(), memory.to_owned(), most.to_owned())
    };
    assert_eq!(sizes["desk"], size(3, "250m", "128Mi", "256Mi"));
    assert_eq!(sizes["desk-views"], size(6, "1000m", "128Mi", "256Mi"));
    assert_eq!(sizes["office"], size(2, "250m", "128Mi", "256Mi"));
    assert_eq!(sizes["gateway"], size(1, "250m", "1024Mi", "2048Mi"));
    assert_eq!(sizes.len(), 4);
}

#[test]
fn readiness_is_asked_where_the_text_says() {
    for (system, path) in [("examples/lending", "/ready"), (DIVIDED, "/health")] {
        let tree = tree(system);
        let base = objects(&tree, "base");
        for deployment in of_kind(&base, "Deployment") {
            let container = &pod(deployment)["containers"][0];
            assert_eq!(container["readinessProbe"]["httpGet"]["path"], path);
            let port = &container["readinessProbe"]["httpGet"]["port"];
            assert_eq!((port, &container["ports"][0]["name"]), (&json!("http"), &json!("http")));
            assert_eq!(container["ports"][0]["containerPort"], 8000);
        }
        // The program asks at `/ready` unless it is told.
        let told = (path != "/ready").then_some(path);
        let words: Vec<&str> = ["/service", "health"].into_iter().chain(told).collect();
        let compose = one_document(&tree["compose.yaml"]);
        let test = &compose["services"]["gateway"]["healthcheck"]["test"];
        assert_eq!(test, &json!([&["CMD"], words.as_slice()].concat()));
        let image = format!("CMD {}\n", json!(words).to_string().replace(',', ", "));
        assert!(tree["Dockerfile"].contains(&image), "{image}");
    }
}

#[test]
fn a_context_that_is_split_runs_its_program_twice() {
    let tree = tree(DIVIDED);
    let settings = |name: &str| {
        let file = &tree[&format!("{ROOT}base/services/{name}.env")];
        file.lines().filter(|line| !line.starts_with('#')).map(str::to_owned).collect::<Vec<_>>()
    };
    assert!(settings("desk").contains(&"ROLE=commands".to_owned()));
    assert!(settings("desk-views").contains(&"ROLE=views".to_owned()));
    assert!(!settings("office").iter().any(|line| line.starts_with("ROLE=")));
    let gateway = settings("gateway");
    assert!(gateway.contains(&"DESK_URL=http://desk:80".to_owned()), "{gateway:?}");
    assert!(gateway.contains(&"DESK_VIEWS_URL=http://desk-views:80".to_owned()), "{gateway:?}");
    let base = objects(&tree, "base");
    let image = |wanted: &str| {
        let deployments = of_kind(&base, "Deployment");
        let found = deployments.into_iter().find(|it| name(it) == wanted).unwrap();
        text(&pod(found)["containers"][0]["image"])
    };
    assert_eq!(image("desk"), image("desk-views"));
    let jobs: Vec<&str> = of_kind(&base, "Job").into_iter().map(name).collect();
    let once = ["desk-migrate", "desk-topics", "office-migrate", "office-topics"];
    assert_eq!(jobs, once, "its tables and topics are made once");
}

/// What a settings file or a list of literals says.
fn pairs(lines: impl Iterator<Item = String>) -> BTreeMap<String, String> {
    let lines = lines.filter(|line| !line.starts_with('#'));
    lines
        .map(|line| line.split_once('=').map(|(a, b)| (a.to_owned(), b.to_owned())).unwrap())
        .collect()
}

#[test]
fn the_broker_is_settings_for_all_and_a_secret_for_each() {
    let kit = minos::plan::template("workspace/crates/kit-runtime/src/transport/broker.rs");
    let kit = kit.unwrap();
    for system in SYSTEMS {
        let tree = tree(system);
        let common = &tree[&format!("{ROOT}base/kafka.env")];
        let common = pairs(common.lines().map(str::to_owned));
        assert_eq!(common["KAFKA_SECURITY"], "sasl_ssl");
        let base = objects(&tree, "base");
        let (mut with, mut without) = (BTreeSet::new(), BTreeSet::new());
        for object in of_kind(&base, "Deployment").into_iter().chain(of_kind(&base, "Job")) {
            let container = &pod(object)["containers"][0];
            if container["envFrom"].is_null() {
                without.insert(name(object));
                continue;
            }
            with.insert(name(object));
            assert_eq!(container["envFrom"], json!([{ "configMapRef": { "name": "kafka" } }]));
            let service = name(object).trim_end_matches("-topics").trim_end_matches("-views");
            let volumes = pod(object)["volumes"].as_array().unwrap();
            let secret = &volumes.iter().find(|it| it["name"] == "kafka").unwrap()["secret"];
            assert_eq!(secret["secretName"], format!("{service}-kafka"));
            let mounts = container["volumeMounts"].as_array().unwrap();
            let mount = &mounts.iter().find(|it| it["name"] == "kafka").unwrap()["mountPath"];
            for (setting, value) in &common {
                if setting.ends_with("_FILE") {
                    assert!(value.starts_with(mount.as_str().unwrap()), "{setting}={value}");
                }
            }
        }
        assert!(without.iter().all(|it| *it == "gateway" || it.ends_with("-migrate")));
        assert!(without.contains("gateway") && without.len() > 1 && with.len() >= without.len());
        let component = &tree[&format!("{ROOT}components/kafka/kustomization.yaml")];
        let merged = &one_document(component)["configMapGenerator"][0];
        assert_eq!((&merged["behavior"], &merged["name"]), (&json!("merge"), &json!("kafka")));
        let merged = pairs(merged["literals"].as_array().unwrap().iter().map(text));
        assert_eq!(merged["KAFKA_SECURITY"], "plaintext");
        for setting in common.keys().chain(merged.keys()) {
            let known = |name: &str| kit.contains(&format!("\"{name}\""));
            assert!(known(setting) || known(setting.trim_end_matches("_FILE")), "{setting}");
            // Whoever talks in the clear has neither name nor certificate.
            if !["KAFKA_BROKERS", "KAFKA_SECURITY", "KAFKA_REPLICAS"].contains(&setting.as_str()) {
                assert_eq!(merged.get(setting).map(String::as_str), Some(""), "{setting}");
            }
        }
        let dev = one_document(&tree[&format!("{ROOT}overlays/dev/kustomization.yaml")]);
        let used = dev["components"].as_array().unwrap();
        assert!(used.contains(&json!("../../components/kafka")), "{used:?}");
    }
}

/// What images are built with can do what the manifests ask for.
#[test]
fn images_can_encrypt() {
    let tree = tree("examples/lending");
    let said = tree["Dockerfile"].lines().filter(|line| line.starts_with("ARG FEATURES="));
    let said: BTreeSet<&str> = said.collect();
    assert_eq!(said, BTreeSet::from(["ARG FEATURES=kafka-tls,tls"]));
    for feature in ["kafka-tls", "tls"] {
        let manifest = &tree["services/lending/service/Cargo.toml"];
        assert!(manifest.contains(&format!("{feature} = [\"kit-runtime/{feature}\"]")));
    }
}
