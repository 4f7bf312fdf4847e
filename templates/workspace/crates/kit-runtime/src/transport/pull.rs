//! The log of another process, pulled over HTTP. No broker is needed.
//!
//! Consumers are told at once when there is more ([`Bell`]), and look by themselves as well.
//! The client speaks just enough HTTP for this one conversation: a `GET` without keep-alive, whose
//! answer is a JSON document.

use std::collections::{BTreeMap, BTreeSet};
use std::marker::PhantomData;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use jiff::Timestamp;
use serde::de::DeserializeOwned;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::watch;

use super::bell::Bell;
use super::feed::events_name;
use super::order::in_time;
use super::wire::{Wire, WireHead, WirePage, unreadable};
use super::{Entry, Feed, FeedError, Pulled};
use crate::config::ConfigError;
use crate::store::{BoxFuture, Log, Mark, Message, Record};
use crate::telemetry;

/// How long one answer may take.
const PATIENCE: Duration = Duration::from_secs(10);
/// The longest answer that is read, in bytes.
const LONGEST: u64 = 64 << 20;

/// Where another service answers: `http://host:port`. Its clones share what they hear from there.
#[derive(Debug, Clone)]
pub struct Address {
    peer: Peer,
    bells: Arc<Bells>,
}

/// What tells that a log there has grown.
#[derive(Debug, Default)]
struct Bells {
    events: Bell,
    outbox: Bell,
}

/// The other side of a conversation.
#[derive(Debug, Clone)]
pub(super) struct Peer {
    authority: String,
    token: Option<String>,
}

impl Address {
    /// The address in a setting.
    ///
    /// # Errors
    /// Anything but `http://host:port`.
    pub fn parse(setting: &str, text: &str) -> Result<Self, ConfigError> {
        let authority = text.strip_prefix("http://").map(|rest| rest.trim_end_matches('/'));
        let good = |it: &&str| it.contains(':') && !it.contains(['/', ' ', '@', '\r', '\n']);
        match authority.filter(good) {
            Some(authority) => {
                let peer = Peer { authority: authority.to_owned(), token: None };
                Ok(Self { peer, bells: Arc::default() })
            }
            None => {
                Err(ConfigError(format!("{setting} is `{text}`; write it like http://host:8001")))
            }
        }
    }

    /// The same, with the token that the log there asks for.
    #[must_use]
    pub fn with_token(mut self, token: Option<&str>) -> Self {
        self.peer.token = token.map(str::to_owned);
        self
    }

    /// Host and port.
    pub(crate) fn authority(&self) -> &str {
        &self.peer.authority
    }

    /// What is answered there at `/ready` or `/health`, if all is well.
    ///
    /// # Errors
    /// No answer, or another status than 200.
    pub async fn ask(&self, path: &str) -> Result<serde_json::Value, FeedError> {
        self.peer.get(path).await
    }

    /// The bell of one of the logs there.
    fn bell(&self, log: Log) -> &Bell {
        match log {
            Log::Event => &self.bells.events,
            Log::Outbox => &self.bells.outbox,
        }
    }
}

impl Peer {
    pub(super) async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, FeedError> {
        let answer = tokio::time::timeout(PATIENCE, self.read(path)).await;
        let answer = answer.map_err(|_| FeedError::Unavailable("no answer in time".into()))?;
        let answer = answer.map_err(|error| FeedError::Unavailable(error.to_string()))?;
        serde_json::from_slice(body(&answer)?).map_err(unreadable)
    }

    async fn read(&self, path: &str) -> std::io::Result<Vec<u8>> {
        let mut stream = TcpStream::connect(&self.authority).await?;
        let mut request = format!("GET {path} HTTP/1.0\r\nhost: {}\r\n", self.authority);
        if let Some(token) = &self.token {
            request.push_str(&format!("authorization: Bearer {token}\r\n"));
        }
        if let Some(trace) = telemetry::current() {
            request.push_str(&format!("traceparent: {}\r\n", trace.traceparent()));
            request.push_str(&format!("x-correlation-id: {}\r\n", trace.correlation_id));
        }
        request.push_str("\r\n");
        stream.write_all(request.as_bytes()).await?;
        let mut answer = Vec::new();
        stream.take(LONGEST).read_to_end(&mut answer).await?;
        Ok(answer)
    }
}

/// The body of a complete answer with status 200.
fn body(answer: &[u8]) -> Result<&[u8], FeedError> {
    let broken = || FeedError::Unavailable("the answer broke off".into());
    let end = answer.windows(4).position(|part| part == b"\r\n\r\n").ok_or_else(broken)?;
    let (head, body) = answer.split_at_checked(end + 4).ok_or_else(broken)?;
    let head = String::from_utf8_lossy(head).to_ascii_lowercase();
    let mut lines = head.lines();
    let status = lines.next().and_then(|line| line.split(' ').nth(1)).unwrap_or("");
    let length = lines.find_map(|line| line.strip_prefix("content-length:"));
    if length.is_some_and(|it| it.trim().parse() != Ok(body.len())) {
        return Err(broken());
    }
    match status {
        "200" => Ok(body),
        status => Err(FeedError::Unavailable(format!("it answers with status {status}"))),
    }
}

/// The log of a context whose address nobody set: its consumers wait, and say why.
pub struct Nowhere {
    name: String,
    setting: String,
}

impl Nowhere {
    /// The feed of this name, whose address `setting` should give.
    #[must_use]
    pub fn new(name: String, setting: String) -> Self {
        Self { name, setting }
    }
}

impl<T: Wire> Feed<T> for Nowhere {
    fn name(&self) -> &str {
        &self.name
    }

    fn pull<'a>(
        &'a self,
        _: &'a BTreeMap<u16, Mark>,
        _: u32,
    ) -> BoxFuture<'a, Result<Pulled<T>, FeedError>> {
        let text = format!("{} is not set", self.setting);
        Box::pin(async move { Err(FeedError::Unavailable(text)) })
    }

    fn changes(&self) -> Option<watch::Receiver<u64>> {
        None
    }
}

/// One log of another process, seen through one topic.
pub struct Pull<T> {
    name: String,
    topic: String,
    address: Address,
    scanned: Mutex<BTreeMap<u16, (Mark, i64)>>,
    item: PhantomData<fn() -> T>,
}

impl Pull<Record> {
    /// The public events of an aggregate of `context`, which answers at `address`; of all of its
    /// aggregates when the name is empty.
    #[must_use]
    pub fn events(context: &str, aggregate: &str, address: Address) -> Self {
        Self::new(events_name(context, aggregate), aggregate.to_owned(), address)
    }
}

impl Pull<Message> {
    /// The commands that `context`, which answers at `address`, sends to `topic`.
    #[must_use]
    pub fn commands(context: &str, address: Address, topic: &str) -> Self {
        Self::new(format!("{context}/o/{topic}"), topic.to_owned(), address)
    }
}

impl<T: Wire> Pull<T> {
    fn new(name: String, topic: String, address: Address) -> Self {
        Self { name, topic, address, scanned: Mutex::default(), item: PhantomData }
    }

    /// How far a shard was looked at, if that was after the same mark.
    fn scanned(&self, mark: Mark) -> i64 {
        let known = self.scanned.lock().ok().and_then(|known| known.get(&mark.shard).copied());
        known.filter(|(of, _)| *of == mark).map_or(mark.pos, |(_, pos)| pos.max(mark.pos))
    }

    async fn page(&self, mark: Mark, limit: u32) -> Result<WirePage, FeedError> {
        let (log, shard, after, scanned) = (T::PATH, mark.shard, mark.pos, self.scanned(mark));
        let topic = &self.topic;
        let query = format!("after={after}&scanned={scanned}&limit={limit}&topic={topic}");
        self.address.peer.get(&format!("/_kit/log/{log}/{shard}?{query}")).await
    }

    /// What comes next, of all shards or of some.
    async fn pages(
        &self,
        shards: Option<&BTreeSet<u16>>,
        after: &BTreeMap<u16, Mark>,
        limit: u32,
    ) -> Result<Pulled<T>, FeedError> {
        let head: WireHead = self.address.peer.get(&format!("/_kit/log/{}", T::PATH)).await?;
        let (mut entries, mut cut) = (Vec::new(), BTreeMap::new());
        // Nothing behind the heads, which were seen at one moment: what came since may have
        // its cause in a shard that was read before.
        for (shard, pos) in head.heads {
            if shards.is_some_and(|some| !some.contains(&shard)) {
                continue;
            }
            let mark = after.get(&shard).copied().unwrap_or(Mark::start(shard));
            if pos < mark.pos {
                return Err(FeedError::Diverged { shard });
            }
            if self.up_to(mark, pos, limit, &mut entries).await? < pos {
                cut.insert(shard, Timestamp::MAX);
            }
        }
        let (generation, entries) = (Some(head.generation), in_time(entries, &cut));
        Ok(Pulled { generation, entries, reload: false })
    }

    /// Read on in the shard of `mark` until there is something or `pos` is reached; tells how far
    /// it was looked at.
    async fn up_to(
        &self,
        mark: Mark,
        pos: i64,
        limit: u32,
        entries: &mut Vec<Entry<T>>,
    ) -> Result<i64, FeedError> {
        let before = entries.len();
        loop {
            let from = self.scanned(mark);
            if from >= pos || entries.len() > before {
                return Ok(from);
            }
            let page = self.page(mark, limit).await?;
            let mut end = mark;
            for entry in page.records {
                let entry = entry.read::<T>()?;
                if entry.item.mark().pos > pos {
                    break;
                }
                end = entry.item.mark();
                entries.push(entry);
            }
            let scanned = page.scanned.min(pos);
            if let Ok(mut known) = self.scanned.lock() {
                known.insert(mark.shard, (end, scanned));
            }
            if entries.len() > before || scanned <= from {
                return Ok(scanned);
            }
        }
    }
}

impl<T: Wire> Feed<T> for Pull<T> {
    fn name(&self) -> &str {
        &self.name
    }

    fn pull<'a>(
        &'a self,
        after: &'a BTreeMap<u16, Mark>,
        limit: u32,
    ) -> BoxFuture<'a, Result<Pulled<T>, FeedError>> {
        Box::pin(self.pages(None, after, limit))
    }

    fn pull_some<'a>(
        &'a self,
        shards: &'a BTreeSet<u16>,
        after: &'a BTreeMap<u16, Mark>,
        limit: u32,
    ) -> BoxFuture<'a, Result<Pulled<T>, FeedError>> {
        Box::pin(self.pages(Some(shards), after, limit))
    }

    fn changes(&self) -> Option<watch::Receiver<u64>> {
        Some(self.address.bell(T::LOG).listen(&self.address.peer, T::PATH))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_plain_http_with_a_port() {
        assert!(Address::parse("STOCK_URL", "http://127.0.0.1:8002/").is_ok());
        for text in ["", "stock:1", "https://a:1", "http://stock", "http://a:1/b", "http://u@a:1"] {
            let error = Address::parse("STOCK_URL", text).expect_err(text);
            assert!(error.0.starts_with("STOCK_URL is `"), "{error}");
        }
    }

    #[test]
    fn a_broken_answer_is_no_answer() {
        let text = |text: &str| body(text.as_bytes()).map(<[u8]>::to_vec).map_err(|_| ());
        assert_eq!(text("HTTP/1.0 200 OK\r\ncontent-length: 2\r\n\r\n{}"), Ok(b"{}".to_vec()));
        assert_eq!(text("HTTP/1.0 200 OK\r\ncontent-length: 9\r\n\r\n{}"), Err(()));
        assert_eq!(text("HTTP/1.0 503 No\r\ncontent-length: 2\r\n\r\n{}"), Err(()));
        assert_eq!(text(""), Err(()));
    }
}
