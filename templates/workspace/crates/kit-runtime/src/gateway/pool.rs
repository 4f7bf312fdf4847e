//! Connections to the instances of one upstream.
//!
//! Keeps true: a name is looked up again for every new connection, so a service that moved is
//! found; an instance that does not answer rests for a moment while others are asked; a request is
//! sent twice only when nothing of it can have had an effect. It knows no paths and no deadlines.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::body::{Body, HttpBody as _};
use axum::http::{HeaderValue, Method, Request, Response, header};
use hyper::body::Incoming;
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use crate::transport::Address;

/// How long one attempt to connect may take.
const CONNECT: Duration = Duration::from_secs(2);
/// How long an instance that refused a connection is asked last.
const REST: Duration = Duration::from_secs(1);
/// How long a connection may wait for its next request; less than what servers allow.
const IDLE: Duration = Duration::from_secs(5);
/// How long a connection is used, so that a name that moved is looked up.
const AGE: Duration = Duration::from_secs(60);
/// Most connections that wait for requests, for each instance.
const MOST_IDLE: usize = 256;

/// Why there is no answer.
#[derive(Debug)]
pub(crate) enum Trouble {
    /// No instance took the connection; nothing was sent.
    Refused(std::io::Error),
    /// The connection broke while the request was on its way.
    Broke(hyper::Error),
}

/// The instances of an upstream.
#[derive(Debug)]
pub(crate) struct Pool {
    instances: Vec<Arc<Instance>>,
    next: AtomicUsize,
}

#[derive(Debug)]
struct Instance {
    authority: String,
    host: HeaderValue,
    idle: Mutex<Vec<Idle>>,
    rests_until: Mutex<Option<Instant>>,
}

#[derive(Debug)]
struct Idle {
    sender: SendRequest<Body>,
    born: Instant,
    since: Instant,
}

impl Pool {
    /// The instances at these addresses.
    pub fn new(addresses: &[Address]) -> Self {
        let instances = addresses.iter().map(|address| {
            let authority = address.authority().to_owned();
            let host = HeaderValue::from_str(&authority);
            let host = host.unwrap_or_else(|_| HeaderValue::from_static("service"));
            let (idle, rests_until) = (Mutex::default(), Mutex::default());
            Arc::new(Instance { authority, host, idle, rests_until })
        });
        Self { instances: instances.collect(), next: AtomicUsize::new(0) }
    }

    /// How many instances there are.
    pub fn len(&self) -> usize {
        self.instances.len()
    }

    /// Send a request to one instance.
    pub async fn send(&self, request: Request<Body>) -> Result<Response<Incoming>, Trouble> {
        let mut request = request;
        let mut last = None;
        for instance in self.order() {
            match instance.send(request).await {
                Ok(response) => return Ok(response),
                Err(Failed::Unsent(error, back)) => {
                    last = Some(error);
                    request = *back;
                }
                Err(Failed::Broke(error)) => return Err(Trouble::Broke(error)),
            }
        }
        Err(Trouble::Refused(last.unwrap_or_else(|| std::io::ErrorKind::NotFound.into())))
    }

    /// Send a request to one certain instance.
    pub async fn send_to(
        &self,
        index: usize,
        request: Request<Body>,
    ) -> Result<Response<Incoming>, Trouble> {
        let Some(instance) = self.instances.get(index) else {
            return Err(Trouble::Refused(std::io::ErrorKind::NotFound.into()));
        };
        match instance.send(request).await {
            Ok(response) => Ok(response),
            Err(Failed::Unsent(error, _)) => Err(Trouble::Refused(error)),
            Err(Failed::Broke(error)) => Err(Trouble::Broke(error)),
        }
    }

    /// The instances, each in turn the first; those that rest come last.
    fn order(&self) -> Vec<Arc<Instance>> {
        let mut all = self.instances.clone();
        if all.len() > 1 {
            let first = self.next.fetch_add(1, Ordering::Relaxed) % all.len();
            all.rotate_left(first);
            let now = Instant::now();
            all.sort_by_key(|instance| instance.rests(now));
        }
        all
    }
}

/// Why one instance did not answer.
enum Failed {
    /// Nothing was sent: the request comes back.
    Unsent(std::io::Error, Box<Request<Body>>),
    /// Something may have been sent.
    Broke(hyper::Error),
}

impl Instance {
    async fn send(
        self: &Arc<Self>,
        mut request: Request<Body>,
    ) -> Result<Response<Incoming>, Failed> {
        request.headers_mut().insert(header::HOST, self.host.clone());
        while let Some(mut idle) = self.take() {
            let again = repeatable(&request);
            match idle.sender.try_send_request(request).await {
                Ok(response) => {
                    self.keep(idle.sender, idle.born);
                    return Ok(response);
                }
                Err(mut failed) => match (failed.take_message(), again) {
                    // The other side closed the connection while it waited.
                    (Some(back), _) | (None, Some(back)) => request = back,
                    (None, None) => return Err(Failed::Broke(failed.into_error())),
                },
            }
        }
        let mut sender = match self.connect().await {
            Ok(sender) => sender,
            Err(error) => {
                *lock(&self.rests_until) = Some(Instant::now() + REST);
                return Err(Failed::Unsent(error, Box::new(request)));
            }
        };
        *lock(&self.rests_until) = None;
        match sender.send_request(request).await {
            Ok(response) => {
                self.keep(sender, Instant::now());
                Ok(response)
            }
            Err(error) => Err(Failed::Broke(error)),
        }
    }

    async fn connect(&self) -> std::io::Result<SendRequest<Body>> {
        let stream = tokio::time::timeout(CONNECT, TcpStream::connect(&self.authority)).await;
        let stream = stream.map_err(|_| std::io::Error::from(std::io::ErrorKind::TimedOut))??;
        stream.set_nodelay(true)?;
        let (sender, connection) =
            http1::handshake(TokioIo::new(stream)).await.map_err(std::io::Error::other)?;
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(exception.message = %error, "a connection to a service ended");
            }
        });
        Ok(sender)
    }

    /// A connection that waits, if it still does.
    fn take(&self) -> Option<Idle> {
        let now = Instant::now();
        let mut waiting = lock(&self.idle);
        while let Some(idle) = waiting.pop() {
            let fresh =
                now.duration_since(idle.since) < IDLE && now.duration_since(idle.born) < AGE;
            if fresh && idle.sender.is_ready() {
                return Some(idle);
            }
        }
        None
    }

    /// Keep a connection for the next request, as soon as its answer was read to the end.
    fn keep(self: &Arc<Self>, mut sender: SendRequest<Body>, born: Instant) {
        let instance = self.clone();
        tokio::spawn(async move {
            if sender.ready().await.is_err() {
                return;
            }
            let mut waiting = lock(&instance.idle);
            if waiting.len() < MOST_IDLE {
                waiting.push(Idle { sender, born, since: Instant::now() });
            }
        });
    }

    fn rests(&self, now: Instant) -> bool {
        lock(&self.rests_until).is_some_and(|until| until > now)
    }
}

/// The same request once more, when asking twice is as good as asking once.
fn repeatable(request: &Request<Body>) -> Option<Request<Body>> {
    let reads = matches!(*request.method(), Method::GET | Method::HEAD);
    if !reads || !request.body().is_end_stream() {
        return None;
    }
    let mut again = Request::new(Body::empty());
    *again.method_mut() = request.method().clone();
    *again.uri_mut() = request.uri().clone();
    *again.headers_mut() = request.headers().clone();
    Some(again)
}

fn lock<T>(of: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}
