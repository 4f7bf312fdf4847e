//! CloudEvents in binary mode: the value is the payload alone, everything else is in headers.
//!
//! The attributes that begin with `minos` say where in which log a record stands, and which one is before it.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::Value;
use uuid::Uuid;

use crate::store::{Mark, Message, MessageKind, NewMessage, Record, StreamKey};
use crate::transport::{Entry, TopicNames, Wire};

/// What every CloudEvents header begins with.
const PREFIX: &str = "ce_";

/// Headers by name.
pub(super) type Headers = BTreeMap<String, String>;

/// A record as it is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Parcel {
    pub topic: String,
    pub shard: u16,
    pub key: String,
    pub headers: Vec<(&'static str, String)>,
    pub value: Vec<u8>,
}

/// Where a record comes from and what is before it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Origin<'a> {
    pub names: &'a TopicNames,
    pub service: &'a str,
    pub generation: Uuid,
    pub prev: Mark,
}

/// A record of another service of the system.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Arrived<T> {
    pub source: String,
    pub generation: Uuid,
    /// The topic in the sense of logs: the aggregate of an event, the receiver of a message.
    pub chain: String,
    pub entry: Entry<T>,
    /// Only the place is here; the record itself is in the log of the source.
    pub skipped: bool,
}

/// A record that can be sent and read.
pub(crate) trait Travels: Wire {
    /// The chain it belongs to.
    fn chain(&self) -> &str;

    /// The topic of a chain.
    fn topic(names: &TopicNames, service: &str, chain: &str) -> String;

    /// What orders it.
    fn key(&self) -> &str;

    /// What is sent of it, besides its place.
    fn write(&self, system: &str, service: &str, put: &mut dyn FnMut(&'static str, String));

    /// The payload.
    fn payload(&self) -> &Value;

    /// The record in these headers and this value.
    fn parse(head: &Head<'_>, mark: Mark, value: &[u8]) -> Result<(String, Self), String>;
}

/// The parcel of a record; one that is skipped has its place only.
pub(super) fn pack<T: Travels>(record: &T, origin: Origin<'_>, skip: bool) -> Parcel {
    let (mark, system) = (record.mark(), origin.names.system.as_str());
    let mut headers = vec![
        ("content-type", "application/json".to_owned()),
        ("ce_specversion", "1.0".to_owned()),
        ("ce_id", mark.id.to_string()),
        ("ce_source", format!("/{system}/{}", origin.service)),
        ("ce_partitionkey", record.key().to_owned()),
        ("ce_minosgen", origin.generation.to_string()),
        ("ce_minoslog", T::LOG.as_str().to_owned()),
        ("ce_minosshard", mark.shard.to_string()),
        ("ce_minospos", mark.pos.to_string()),
        ("ce_minosprev", format!("{}:{}", origin.prev.pos, prev_id(origin.prev))),
    ];
    if skip {
        headers.push(("ce_minosskip", "1".to_owned()));
    }
    record.write(system, origin.service, &mut |name, value| headers.push((name, value)));
    let value = if skip || record.payload().is_null() {
        b"{}".to_vec()
    } else {
        record.payload().to_string().into_bytes()
    };
    let topic = T::topic(origin.names, origin.service, record.chain());
    Parcel { topic, shard: mark.shard, key: record.key().to_owned(), headers, value }
}

/// The id of a predecessor; empty before the first.
fn prev_id(prev: Mark) -> String {
    if prev.pos == 0 { String::new() } else { prev.id.to_string() }
}

/// What was received: a record of the system, or none when the sender is another one.
///
/// # Errors
/// Headers of the system that make no sense.
pub(super) fn unpack<T: Travels>(
    system: &str,
    headers: &Headers,
    value: &[u8],
) -> Result<Option<Arrived<T>>, String> {
    let head = Head { system, headers };
    if !headers.contains_key("ce_minospos") || head.get("minoslog")? != T::LOG.as_str() {
        return Ok(None);
    }
    let source = head.get("source")?;
    let Some(source) = source.strip_prefix(&format!("/{system}/")) else { return Ok(None) };
    let shard = head.number("minosshard")?;
    let shard = u16::try_from(shard).map_err(|_| "minosshard is too large".to_owned())?;
    let mark = Mark { shard, pos: head.number("minospos")?, id: head.uuid("id")? };
    let (pos, id) = head.get("minosprev")?.split_once(':').ok_or("minosprev has no id")?;
    let pos = pos.parse().map_err(|_| "minosprev has no position")?;
    let id = if id.is_empty() { Uuid::nil() } else { parse_uuid("minosprev", id)? };
    let (chain, item) = T::parse(&head, mark, value)?;
    Ok(Some(Arrived {
        source: source.to_owned(),
        generation: head.uuid("minosgen")?,
        chain,
        entry: Entry { prev: Mark { shard, pos, id }, item },
        skipped: headers.contains_key("ce_minosskip"),
    }))
}

/// The attributes of one record.
pub(crate) struct Head<'a> {
    system: &'a str,
    headers: &'a Headers,
}

impl Head<'_> {
    fn may(&self, name: &str) -> Option<&str> {
        self.headers.get(&format!("{PREFIX}{name}")).map(String::as_str)
    }

    fn get(&self, name: &str) -> Result<&str, String> {
        self.may(name).ok_or_else(|| format!("there is no {PREFIX}{name}"))
    }

    fn number(&self, name: &str) -> Result<i64, String> {
        self.get(name)?.parse().map_err(|_| format!("{PREFIX}{name} is no number"))
    }

    fn uuid(&self, name: &str) -> Result<Uuid, String> {
        parse_uuid(name, self.get(name)?)
    }

    fn time(&self, name: &str) -> Result<Timestamp, String> {
        self.get(name)?.parse().map_err(|_| format!("{PREFIX}{name} is no time"))
    }

    fn json(&self, name: &str) -> Result<Value, String> {
        serde_json::from_str(self.get(name)?).map_err(|_| format!("{PREFIX}{name} is no JSON"))
    }

    /// The type without the system and with its version apart.
    fn kind(&self) -> Result<(&str, i16), String> {
        let text = self.get("type")?;
        let inner = text.strip_prefix(self.system).and_then(|it| it.strip_prefix('.'));
        let parts = inner.and_then(|it| it.rsplit_once(".v"));
        let parts = parts.and_then(|(name, version)| Some((name, version.parse().ok()?)));
        parts.ok_or_else(|| format!("ce_type is `{text}`"))
    }
}

fn parse_uuid(name: &str, text: &str) -> Result<Uuid, String> {
    Uuid::parse_str(text).map_err(|_| format!("{PREFIX}{name} holds no id"))
}

fn body(value: &[u8]) -> Result<Value, String> {
    serde_json::from_slice(value).map_err(|error| format!("the value is no JSON: {error}"))
}

/// What a conversation is known by: the same texts in the data of events and in the headers of messages.
fn conversation(data: &Value, put: &mut dyn FnMut(&'static str, String)) {
    let text = |name: &str| data.get(name).and_then(Value::as_str).map(str::to_owned);
    if let Some(id) = text("correlation_id") {
        put("ce_correlationid", id);
    }
    if let Some(id) = text("causation_id") {
        put("ce_causationid", id);
    }
    if let Some(trace) = text("traceparent") {
        put("ce_traceparent", trace.clone());
        put("traceparent", trace);
    }
}

impl Travels for Record {
    fn chain(&self) -> &str {
        &self.stream.kind
    }

    fn topic(names: &TopicNames, service: &str, chain: &str) -> String {
        names.events(service, chain)
    }

    fn key(&self) -> &str {
        &self.stream.id
    }

    fn write(&self, system: &str, service: &str, put: &mut dyn FnMut(&'static str, String)) {
        let (kind, event, version) = (&self.stream.kind, &self.event_type, self.schema_version);
        put("ce_type", format!("{system}.{service}.{kind}.{event}.v{version}"));
        put("ce_dataschema", format!("urn:{system}:{service}:{kind}:{event}:v{version}"));
        put("ce_subject", format!("{kind}/{}", self.stream.id));
        put("ce_time", self.recorded_at.to_string());
        put("ce_minosversion", self.version.to_string());
        if !self.stream.tenant.is_empty() {
            put("ce_minostenant", self.stream.tenant.clone());
        }
        conversation(&self.meta, put);
        put("ce_minosmeta", self.meta.to_string());
    }

    fn payload(&self) -> &Value {
        &self.data
    }

    fn parse(head: &Head<'_>, mark: Mark, value: &[u8]) -> Result<(String, Self), String> {
        let (name, schema_version) = head.kind()?;
        let event_type = name.rsplit('.').next().unwrap_or(name).to_owned();
        let (kind, id) = head.get("subject")?.split_once('/').ok_or("ce_subject has no id")?;
        let tenant = head.may("minostenant").unwrap_or_default().to_owned();
        let record = Self {
            shard: mark.shard,
            pos: mark.pos,
            id: mark.id,
            stream: StreamKey { tenant, kind: kind.to_owned(), id: id.to_owned() },
            version: head.number("minosversion")?,
            event_type,
            schema_version,
            data: body(value)?,
            meta: head.json("minosmeta")?,
            recorded_at: head.time("time")?,
        };
        Ok((kind.to_owned(), record))
    }
}

impl Travels for Message {
    fn chain(&self) -> &str {
        &self.message.topic
    }

    fn topic(names: &TopicNames, _: &str, chain: &str) -> String {
        names.commands(chain)
    }

    fn key(&self) -> &str {
        &self.message.key
    }

    fn write(&self, system: &str, _: &str, put: &mut dyn FnMut(&'static str, String)) {
        let of = &self.message;
        put("ce_type", format!("{system}.{}.v{}", of.message_type, of.schema_version));
        let name = of.message_type.replace('.', ":");
        put("ce_dataschema", format!("urn:{system}:{name}:v{}", of.schema_version));
        put("ce_subject", of.key.clone());
        put("ce_time", self.recorded_at.to_string());
        if let Some(end) = of.not_after {
            put("ce_expirytime", end.to_string());
        }
        conversation(&of.headers, put);
        put("ce_minoskind", of.kind.as_str().to_owned());
        put("ce_minosto", of.topic.clone());
        put("ce_minosmeta", of.headers.to_string());
    }

    fn payload(&self) -> &Value {
        &self.message.payload
    }

    fn parse(head: &Head<'_>, mark: Mark, value: &[u8]) -> Result<(String, Self), String> {
        let (name, schema_version) = head.kind()?;
        let kind = MessageKind::parse(head.get("minoskind")?).ok_or("ce_minoskind is unknown")?;
        let topic = head.get("minosto")?.to_owned();
        let not_after = match head.may("expirytime") {
            Some(_) => Some(head.time("expirytime")?),
            None => None,
        };
        let message = NewMessage {
            id: mark.id,
            kind,
            topic: topic.clone(),
            key: head.get("subject")?.to_owned(),
            message_type: name.to_owned(),
            schema_version,
            headers: head.json("minosmeta")?,
            payload: body(value)?,
            not_after,
        };
        let recorded_at = head.time("time")?;
        Ok((topic, Self { shard: mark.shard, pos: mark.pos, message, recorded_at }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn mark(shard: u16, pos: i64) -> Mark {
        Mark { shard, pos, id: Uuid::from_u128(u128::from(pos.unsigned_abs())) }
    }

    fn record() -> Record {
        Record {
            shard: 5,
            pos: 7,
            id: mark(5, 7).id,
            stream: StreamKey { tenant: String::new(), kind: "tool".into(), id: "a/b".into() },
            version: 3,
            event_type: "tool_lent".into(),
            schema_version: 2,
            data: json!({ "borrower": "ü" }),
            meta: json!({ "correlation_id": "talk", "causation_id": Uuid::nil(), "actor": null }),
            recorded_at: Timestamp::from_microsecond(1_767_600_000_123_456).expect("a time"),
        }
    }

    fn message() -> Message {
        let message = NewMessage {
            id: mark(5, 7).id,
            kind: MessageKind::Reply,
            topic: "office".into(),
            key: "ann".into(),
            message_type: "office.account.charge".into(),
            schema_version: 1,
            headers: json!({ "correlation_id": "talk", "traceparent": "00-a-b-01", "x": [1] }),
            payload: json!({ "amount": 1 }),
            not_after: Some(Timestamp::UNIX_EPOCH),
        };
        Message { shard: 5, pos: 7, message, recorded_at: Timestamp::UNIX_EPOCH }
    }

    fn there_and_back<T: Travels>(item: &T, skip: bool) -> (Parcel, Arrived<T>) {
        let names = TopicNames { system: "shed".into(), ..TopicNames::default() };
        let generation = Uuid::from_u128(9);
        let origin = Origin { names: &names, service: "desk", generation, prev: mark(5, 4) };
        let parcel = pack(item, origin, skip);
        let headers = parcel.headers.iter().map(|(name, value)| ((*name).into(), value.clone()));
        let arrived = unpack("shed", &headers.collect(), &parcel.value).expect("is readable");
        (parcel, arrived.expect("is ours"))
    }

    #[test]
    fn a_record_arrives_as_it_was_sent() {
        let (parcel, arrived) = there_and_back(&record(), false);
        assert_eq!(arrived.entry, Entry { prev: mark(5, 4), item: record() });
        assert_eq!((&*arrived.source, &*arrived.chain), ("desk", "tool"));
        assert_eq!((&*parcel.topic, &*parcel.key), ("shed.desk.tool.events", "a/b"));
        let text = |name: &str| parcel.headers.iter().find(|it| it.0 == name).map(|it| &*it.1);
        assert_eq!(text("ce_type"), Some("shed.desk.tool.tool_lent.v2"));
        assert_eq!(text("ce_dataschema"), Some("urn:shed:desk:tool:tool_lent:v2"));
        assert_eq!(text("ce_subject"), Some("tool/a/b"));
        assert_eq!(text("ce_source"), Some("/shed/desk"));
        assert_eq!(text("ce_correlationid"), Some("talk"));
        assert_eq!(parcel.value, r#"{"borrower":"ü"}"#.as_bytes());
    }

    #[test]
    fn a_message_arrives_as_it_was_sent() {
        let (parcel, arrived) = there_and_back(&message(), false);
        assert_eq!(arrived.entry.item, message());
        assert_eq!((&*parcel.topic, &*parcel.key), ("shed.office.commands", "ann"));
        assert!(parcel.headers.contains(&("traceparent", "00-a-b-01".to_owned())));
        let schema = "urn:shed:office:account:charge:v1";
        assert!(parcel.headers.contains(&("ce_dataschema", schema.to_owned())));
    }

    #[test]
    fn what_is_skipped_has_its_place_only() {
        let (parcel, arrived) = there_and_back(&record(), true);
        assert!(arrived.skipped && parcel.value == b"{}");
        assert_eq!(arrived.entry.item.mark(), mark(5, 7));
    }

    #[test]
    fn records_of_others_are_not_ours_and_broken_ones_say_why() {
        let none = unpack::<Record>("shed", &Headers::new(), b"{}");
        assert_eq!(none, Ok(None));
        let (parcel, _) = there_and_back(&record(), false);
        let headers: Headers =
            parcel.headers.iter().map(|(name, value)| ((*name).into(), value.clone())).collect();
        assert_eq!(unpack::<Record>("other", &headers, &parcel.value), Ok(None));
        assert_eq!(unpack::<Message>("shed", &headers, &parcel.value), Ok(None));
        for name in headers.keys().filter(|it| it.starts_with("ce_minos") && *it != "ce_minospos") {
            let mut broken = headers.clone();
            broken.insert(name.clone(), "~".into());
            let read = unpack::<Record>("shed", &broken, &parcel.value);
            assert!(read.is_err() || read == Ok(None), "{name}: {read:?}");
        }
        assert!(unpack::<Record>("shed", &headers, b"~").is_err());
    }
}
