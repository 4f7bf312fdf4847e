//! What the client library says about the brokers, in words of the settings.
//!
//! Keeps true: a reason is logged once until something works again, and is there for whoever finds that nothing works.
//! Passwords are in no text: the library names settings, never their values.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rdkafka::client::ClientContext;
use rdkafka::config::RDKafkaLogLevel;
use rdkafka::error::{KafkaError, RDKafkaErrorCode};

use super::KafkaTrouble;
use crate::transport::Broker;

/// What the library is to tell: below errors it guesses why a broker ends connections.
pub(super) const LEVEL: RDKafkaLogLevel = RDKafkaLogLevel::Info;
/// How the library calls a connection that the other side ended.
const ENDED: &str = "Disconnected";
/// What a connection lasts at least that nobody objects to, in milliseconds: a broker leaves idle ones for minutes.
const AT_ONCE: u32 = 30_000;
/// More reasons than this at once are not told apart.
const REASONS: usize = 64;

/// Hears what goes wrong for all clients of one Kafka.
#[derive(Debug, Clone, Default)]
pub(super) struct Ear {
    heard: Arc<Mutex<Heard>>,
}

#[derive(Debug, Default)]
struct Heard {
    /// The latest.
    last: Option<String>,
    /// Those that are in the log already.
    told: BTreeSet<String>,
}

impl Ear {
    fn heard(&self) -> MutexGuard<'_, Heard> {
        self.heard.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Something worked: what went wrong before explains nothing any more.
    pub fn works(&self) {
        let mut heard = self.heard();
        if heard.last.take().is_some() {
            heard.told.clear();
            tracing::info!(event.name = "kafka_answers", "a broker answers again");
        }
    }

    /// Why something went wrong: what a broker was last heard to say, or else the error itself.
    pub fn why(&self, error: &KafkaError) -> String {
        self.heard().last.clone().unwrap_or_else(|| words(error))
    }

    /// The same as trouble.
    pub fn trouble(&self, error: &KafkaError) -> KafkaTrouble {
        KafkaTrouble(self.why(error))
    }

    fn hear(&self, code: Option<RDKafkaErrorCode>, reason: &str) {
        let reason = Broker::own_names(reason.split(" (after ").next().unwrap_or(reason));
        let text = match code.and_then(|code| remedy(code, &reason)) {
            Some(remedy) => format!("{reason}; {remedy}"),
            None => reason,
        };
        let mut heard = self.heard();
        if heard.told.len() >= REASONS {
            heard.told.clear();
        }
        let is_new = heard.told.insert(text.clone());
        heard.last = Some(text.clone());
        drop(heard);
        if is_new {
            tracing::warn!(event.name = "kafka_refuses", exception.message = text, "Kafka");
        }
    }
}

/// An error with our names of settings; what else the library knows of a setting may be a secret.
pub(super) fn words(error: &KafkaError) -> String {
    match error {
        KafkaError::ClientConfig(_, said, key, _) => {
            let name = Broker::own_names(key);
            let tls = ["ssl", "SCRAM"].iter().any(|it| said.contains(it));
            let remedy = if tls && !cfg!(feature = "kafka-tls") {
                ": this program was built without the feature `kafka-tls`"
            } else {
                ""
            };
            format!("{name} is not taken{remedy}: {}", Broker::own_names(said))
        }
        other => Broker::own_names(&other.to_string()),
    }
}

/// What the person who runs the process can look at.
fn remedy(code: RDKafkaErrorCode, reason: &str) -> Option<&'static str> {
    Some(match code {
        RDKafkaErrorCode::Authentication => {
            "look at KAFKA_USER, KAFKA_PASSWORD and KAFKA_MECHANISM"
        }
        _ if reason.contains("certificate verify failed") => {
            "KAFKA_CA_FILE must hold who signed the broker's certificate, and KAFKA_BROKERS must call the \
             broker as its certificate does"
        }
        RDKafkaErrorCode::SSL => "look at KAFKA_SECURITY, KAFKA_CA_FILE and KAFKA_CERTIFICATE_FILE",
        _ if reason.contains(ENDED) => {
            "it ends connections at once: look at KAFKA_SECURITY, and whether it asks for a KAFKA_USER"
        }
        RDKafkaErrorCode::Resolve | RDKafkaErrorCode::BrokerTransportFailure => {
            "look at KAFKA_BROKERS, and whether the broker runs"
        }
        _ => return None,
    })
}

/// Whether a connection was ended as soon as it was there: the library tells how long it lasted.
fn at_once(message: &str) -> bool {
    let Some((said, (time, state))) = message
        .rsplit_once(" (after ")
        .and_then(|(said, rest)| Some((said, rest.split_once("ms in state ")?)))
    else {
        return false;
    };
    let young = time.parse::<u32>().is_ok_and(|time| time < AT_ONCE);
    said.contains(ENDED)
        && young
        && (state.starts_with("APIVERSION_QUERY") || state.starts_with("UP"))
}

impl ClientContext for Ear {
    fn log(&self, level: RDKafkaLogLevel, facility: &str, message: &str) {
        let message = Broker::own_names(message);
        let minor = |it| {
            matches!(it, RDKafkaLogLevel::Info | RDKafkaLogLevel::Notice | RDKafkaLogLevel::Debug)
        };
        match (facility, level) {
            // What is worse comes as an error too.
            ("FAIL", RDKafkaLogLevel::Error) => {}
            // A broker that ends a connection is nothing special, unless it does so at once.
            ("FAIL", _) if at_once(&message) => {
                let reason = message.split_once("]: ").map_or(&*message, |(_, reason)| reason);
                self.hear(Some(RDKafkaErrorCode::BrokerTransportFailure), reason);
            }
            ("FAIL", _) => tracing::debug!(target: "kafka", facility, "{message}"),
            (_, level) if minor(level) => tracing::debug!(target: "kafka", facility, "{message}"),
            _ => tracing::warn!(target: "kafka", facility, "{message}"),
        }
    }

    fn error(&self, error: KafkaError, reason: &str) {
        let code = error.rdkafka_error_code();
        // That all are down is said after why the last of them is.
        if code != Some(RDKafkaErrorCode::AllBrokersDown) {
            self.hear(code, reason);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heard(code: RDKafkaErrorCode, reason: &str) -> String {
        let ear = Ear::default();
        ear.error(KafkaError::Global(code), reason);
        ear.error(KafkaError::Global(RDKafkaErrorCode::AllBrokersDown), "2/2 brokers are down");
        ear.why(&KafkaError::Canceled)
    }

    #[test]
    fn a_reason_names_broker_cause_and_what_to_look_at() {
        let at = "sasl_ssl://kafka:9092/bootstrap";
        let (cause, password) = ("SASL authentication error: no", "KAFKA_PASSWORD");
        for (code, said, expected) in [
            (RDKafkaErrorCode::Authentication, cause, password),
            (RDKafkaErrorCode::SSL, "certificate verify failed: see ssl.ca.location", "signed"),
            (RDKafkaErrorCode::SSL, "connecting to a PLAINTEXT listener?", "KAFKA_SECURITY"),
            (RDKafkaErrorCode::BrokerTransportFailure, "Connection refused", "KAFKA_BROKERS"),
        ] {
            let text = heard(code, &format!("{at}: {said} (after 5ms in state CONNECT)"));
            assert!(text.starts_with(at) && text.contains(expected), "{text}");
            assert!(!text.contains("after 5ms") && !text.contains("ssl.ca.location"), "{text}");
        }
    }

    #[test]
    fn a_connection_that_is_ended_at_once_is_trouble_and_one_that_lasted_is_not() {
        let ear = Ear::default();
        let ended = |level, time: &str, state: &str| {
            let place = "[thrd:kafka:9092/1]: kafka:9092/1";
            let text =
                format!("{place}: Disconnected: closed by peer (after {time} in state {state})");
            ear.log(level, "FAIL", &text);
            ear.why(&KafkaError::Canceled)
        };
        let nothing = KafkaError::Canceled.to_string();
        assert_eq!(ended(LEVEL, "600000ms", "UP"), nothing);
        assert_eq!(ended(LEVEL, "5ms", "CONNECT"), nothing);
        let text = ended(LEVEL, "4ms", "APIVERSION_QUERY, 1 identical error(s) suppressed");
        assert!(text.starts_with("kafka:9092/1: ") && text.contains("KAFKA_SECURITY"), "{text}");
        ear.works();
        assert_eq!(ended(RDKafkaLogLevel::Warning, "4ms", "UP"), text, "with requests under way");
    }

    #[test]
    fn what_went_wrong_before_something_worked_explains_nothing() {
        let ear = Ear::default();
        ear.error(KafkaError::Global(RDKafkaErrorCode::Resolve), "no such host");
        ear.works();
        assert_eq!(ear.why(&KafkaError::Canceled), KafkaError::Canceled.to_string());
    }
}
