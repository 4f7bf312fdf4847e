//! A real broker that encrypts and asks who we are; what it does not take is told in words, and soon.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::authority::Authority;
use crate::broker::{OwnBroker, System, folder};
use crate::flow::{charged, lend};
use crate::lending::{desk, office};
use crate::program::{Program, command};

const USER: &str = "shed";
const PASSWORD: &str = "open-sesame-5Xq";

/// Names of settings with their values.
type Settings = Vec<(&'static str, String)>;
/// What a case is called, its settings, and what is told.
type Refusal = (&'static str, Settings, [&'static str; 2]);

/// A broker with a certificate for `localhost`, who signed it, and who did not.
struct Secure {
    broker: OwnBroker,
    ours: Authority,
    others: Authority,
}

impl Secure {
    fn start() -> Self {
        let (ours, others) = (Authority::new(), Authority::new());
        let folder = ours.server("localhost").to_str().unwrap();
        let broker = OwnBroker::start_with(&["--tls", folder, USER, PASSWORD]);
        Self { broker, ours, others }
    }

    /// Settings with which it lets us in, but for some.
    fn settings(&self, instead: &[(&'static str, String)]) -> Settings {
        let mut all = vec![
            ("KAFKA_BROKERS", self.broker.brokers.clone()),
            ("KAFKA_SECURITY", "sasl_ssl".to_owned()),
            ("KAFKA_MECHANISM", "SCRAM-SHA-512".to_owned()),
            ("KAFKA_USER", USER.to_owned()),
            ("KAFKA_PASSWORD", PASSWORD.to_owned()),
            ("KAFKA_CA_FILE", self.ours.file().display().to_string()),
        ];
        for (name, value) in instead {
            all.retain(|(set, _)| set != name);
            all.push((name, value.clone()));
        }
        all.retain(|(_, value)| !value.is_empty());
        all
    }

    /// Everything that is refused.
    fn refusals(&self) -> Vec<Refusal> {
        let elsewhere = self.broker.brokers.replace("localhost", "127.0.0.1");
        let plain = ["KAFKA_MECHANISM", "KAFKA_USER", "KAFKA_PASSWORD", "KAFKA_CA_FILE"];
        let mut plain: Vec<_> = plain.into_iter().map(|name| (name, String::new())).collect();
        plain.push(("KAFKA_SECURITY", "plaintext".to_owned()));
        let signed = "KAFKA_CA_FILE must hold who signed the broker's certificate";
        let other = self.others.file().display().to_string();
        let one = |name, value: &str| self.settings(&[(name, value.to_owned())]);
        vec![
            ("wrong CA", one("KAFKA_CA_FILE", &other), ["certificate verify failed", signed]),
            (
                "wrong host name",
                one("KAFKA_BROKERS", &elsewhere),
                ["certificate verify failed", "KAFKA_BROKERS must call the broker as its"],
            ),
            (
                "wrong password",
                one("KAFKA_PASSWORD", "open-barley-5Xq"),
                ["invalid credentials", "look at KAFKA_USER, KAFKA_PASSWORD"],
            ),
            (
                "wrong mechanism",
                one("KAFKA_MECHANISM", "SCRAM-SHA-256"),
                ["SCRAM-SHA-512", "and KAFKA_MECHANISM"],
            ),
            ("no encryption", self.settings(&plain), ["Disconnected", "look at KAFKA_SECURITY"]),
            (
                "no user",
                self.settings(&[&plain[..3], &[("KAFKA_SECURITY", "ssl".to_owned())]].concat()),
                ["Disconnected", "whether it asks for a KAFKA_USER"],
            ),
        ]
    }
}

fn borrowed<'a>(settings: &'a [(&'a str, String)]) -> Vec<(&'a str, &'a str)> {
    settings.iter().map(|(name, value)| (*name, value.as_str())).collect()
}

/// That a text has what it should, and no password.
fn told(case: &str, text: &str, broker: &str, expected: [&str; 2]) {
    for part in [broker, expected[0], expected[1]] {
        assert!(text.contains(part), "{case}: no `{part}` in {text}");
    }
    assert!(!text.contains("5Xq"), "{case}: a password is in {text}");
}

fn value<'a>(settings: &'a [(&str, String)], name: &str) -> &'a str {
    settings.iter().find(|it| it.0 == name).map(|it| it.1.as_str()).unwrap_or_default()
}

/// The command `topics` with these settings: whether it worked, and what it said.
fn topics(system: &System, settings: &[(&str, String)], home: &Path) -> (bool, String) {
    let mut command: Command = command("desk", home);
    command.envs(borrowed(settings)).env("PROBE_SYSTEM", &system.name).arg("topics");
    command.args(["--kafka-replicas", "1", "--kafka-partitions", "4"]).stderr(Stdio::piped());
    let output = command.output().unwrap();
    let text = [output.stdout, output.stderr].map(|it| String::from_utf8(it).unwrap()).concat();
    (output.status.success(), text)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_encrypted_broker_that_knows_us_carries_events_to_their_effect() {
    let secure = Secure::start();
    let system = System::at(secure.broker.brokers.clone());
    let settings = secure.settings(&[]);
    let home = folder();
    let (good, text) = topics(&system, &settings, home.path());
    assert!(good && !text.contains(PASSWORD), "{text}");
    let office_topics = system.kafka(&{
        let mut all = borrowed(&settings);
        all.extend([("KAFKA_REPLICAS", "1"), ("KAFKA_PARTITIONS", "4")]);
        all
    });
    office_topics.provision(&system.plans()).await.unwrap();
    let desk = system.service(desk::service(), &folder(), &borrowed(&settings)).await;
    let office = system.service(office::service(), &folder(), &borrowed(&settings)).await;
    lend(&desk, "ann", 5).await;
    charged(&office, "ann", 5).await;
    let well = |it: &crate::web::Answer| it.json()["components"]["kafka"]["state"] == "ok";
    desk.until_within(Duration::from_secs(20), "/ready", well).await;
}

#[test]
fn what_a_broker_does_not_take_is_told_with_the_way_out_and_without_the_password() {
    let secure = Secure::start();
    let system = System::at(secure.broker.brokers.clone());
    std::thread::scope(|scope| {
        for (case, settings, expected) in secure.refusals() {
            let system = &system;
            scope.spawn(move || {
                let home = tempfile::tempdir().unwrap();
                let started = Instant::now();
                let (good, text) = topics(system, &settings, home.path());
                assert!(!good, "{case}: {text}");
                assert!(started.elapsed() < Duration::from_secs(30), "{case} took too long");
                told(case, &text, value(&settings, "KAFKA_BROKERS"), expected);
                serves_and_tells(system, case, &settings, expected, home.path());
            });
        }
    });
}

/// A service with these settings: it answers, says in `/ready` and once in its log what is wrong, and goes on.
fn serves_and_tells(
    system: &System,
    case: &str,
    settings: &[(&str, String)],
    expected: [&str; 2],
    home: &Path,
) {
    let name = system.name.clone();
    let mut env = borrowed(settings);
    env.push(("PROBE_SYSTEM", &name));
    let args = ["--drain-wait", "0", "--view-poll-max", "50ms"];
    let program = Program::start_as("desk", home, &args, &env);
    let detail = |body: &Value| {
        body["components"]["kafka"]["detail"].as_str().unwrap_or_default().to_owned()
    };
    let body = program.until("/ready", |body| detail(body).contains(expected[1]));
    told(case, &detail(&body), value(settings, "KAFKA_BROKERS"), expected);
    assert_eq!(body["status"], "degraded", "{case}");
    let tool = serde_json::json!({ "name": "hammer" });
    assert_eq!(program.ask("POST /tools", &tool).unwrap().0, 201, "{case}");
    // The relay gives up on its question after ten seconds; by then every client has tried many times.
    let relay = |body: &Value| {
        body["components"]["desk relay:event"]["detail"].as_str().unwrap_or_default().to_owned()
    };
    let body = program.until("/ready", |body| !relay(body).is_empty());
    told(case, &relay(&body), value(settings, "KAFKA_BROKERS"), expected);
    let log = program.stop();
    let lines: Vec<_> = log.iter().filter(|line| line.contains("kafka_refuses")).collect();
    assert!((1..=3).contains(&lines.len()), "{case}: {lines:?}");
    assert!(!log.concat().contains("5Xq"), "{case}: a password is in the log");
}
