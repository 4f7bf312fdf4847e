//! What every process does around its work: runtime, log, address, signals, connections.

use std::convert::Infallible;
use std::io::Write as _;
use std::net::SocketAddr;
use std::process::ExitCode;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderValue, header};
use axum::response::Response;
use hyper::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tower::ServiceExt as _;

use super::wire::Wire;
use super::{Phase, Signals, StartError, Stop};
use crate::config::Config;
use crate::http::{Flaw, Peer};
use crate::telemetry::{self, Format};
use crate::transport::Address;

/// Most headers of a request.
const MOST_HEADERS: usize = 100;
/// The longest head of a request, in bytes.
const LONGEST_HEAD: usize = 16 << 10;
/// How long connections may stay open after the work is done.
const LAST_WAIT: Duration = Duration::from_secs(1);

/// Run the work of a process to its end.
pub(crate) fn block_on(work: impl Future<Output = Result<ExitCode, StartError>>) -> ExitCode {
    let result = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| StartError(error.to_string()))
        .and_then(|runtime| runtime.block_on(work));
    telemetry::settle();
    match result {
        Ok(code) => code,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Begin to log as the settings say.
pub(crate) fn start_log(config: &Config) -> Result<(), StartError> {
    let format = config.get("LOG_FORMAT").unwrap_or("json");
    let format = Format::parse(format)
        .ok_or_else(|| StartError(format!("LOG_FORMAT is `{format}`; write json or text")))?;
    telemetry::start(format, config.get("LOG_LEVEL").unwrap_or("info")).map_err(StartError)
}

/// Ask the running process at this path, by itself whether it is ready.
pub(crate) async fn ask_health(
    config: &Config,
    path: Option<&str>,
) -> Result<ExitCode, StartError> {
    let address = config.get("HTTP_ADDR").unwrap_or_default().replace("0.0.0.0", "127.0.0.1");
    let address = Address::parse("HTTP_ADDR", &format!("http://{address}"))?;
    let report = address.ask(path.unwrap_or("/ready")).await;
    match report {
        Ok(report) => {
            let _ = writeln!(std::io::stdout(), "{report}");
            Ok(ExitCode::SUCCESS)
        }
        Err(error) => Err(StartError(format!("not ready: {error}"))),
    }
}

/// A process that has its address and is told by signals when to end.
pub(crate) struct Host {
    listener: TcpListener,
    address: SocketAddr,
    pub(crate) signals: Signals,
    wait: Duration,
    timeout: Duration,
    patience: Patience,
}

/// How long a connection is waited for.
#[derive(Debug, Clone, Copy)]
struct Patience {
    /// For the head of a request.
    head: Duration,
    /// For a piece of an answer to be taken.
    write: Duration,
}

impl Host {
    /// Take the address that the settings say.
    pub(crate) async fn bind(config: &Config) -> Result<Self, StartError> {
        let address = config.get("HTTP_ADDR").unwrap_or_default().to_owned();
        let mut signals = Signals::listen().map_err(|error| StartError(error.to_string()))?;
        if config.until_eof() {
            signals.or_end_of_input();
        }
        let listener = TcpListener::bind(&address)
            .await
            .map_err(|error| StartError(format!("HTTP_ADDR is `{address}`: {error}")))?;
        let address = listener.local_addr().map_err(|error| StartError(error.to_string()))?;
        Ok(Self {
            listener,
            address,
            signals,
            wait: config.duration("DRAIN_WAIT")?,
            timeout: config.duration("DRAIN_TIMEOUT")?,
            patience: Patience {
                head: config.duration("HEADER_TIMEOUT")?,
                write: config.duration("WRITE_TIMEOUT")?,
            },
        })
    }

    /// Serve until a signal says to end, and then until what runs is finished.
    pub(crate) async fn serve(mut self, router: Router, stop: Stop) {
        let url = format!("http://{}", self.address);
        tracing::info!(event.name = "listening", url, "listening");
        let server = accept(self.listener, router, stop.clone(), self.patience);
        let mut server = tokio::spawn(server);
        self.signals.next().await;
        tokio::select! {
            () = stop.go_down(self.wait, self.timeout) => {}
            () = self.signals.next() => stop.cut_short(),
        }
        if tokio::time::timeout(LAST_WAIT, &mut server).await.is_err() {
            tracing::warn!("connections were still open at the end");
            server.abort();
        }
    }
}

/// Answer every connection until new work is refused, then those that are still open.
async fn accept(listener: TcpListener, router: Router, stop: Stop, patience: Patience) {
    let mut connections = JoinSet::new();
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = stop.reached(Phase::Refusing) => break,
        };
        match accepted {
            Ok((stream, peer)) => {
                let (router, stop) = (router.clone(), stop.clone());
                connections.spawn(answer(stream, peer, router, stop, patience));
            }
            Err(error) => {
                // Such as too many open files; the next one may do better.
                tracing::warn!(exception.message = %error, "a connection was not accepted");
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
        while connections.try_join_next().is_some() {}
    }
    drop(listener);
    while connections.join_next().await.is_some() {}
}

async fn answer(
    stream: TcpStream,
    peer: SocketAddr,
    router: Router,
    stop: Stop,
    patience: Patience,
) {
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(exception.message = %error, "no TCP_NODELAY");
    }
    let (wire, seen) = Wire::new(stream, patience.write);
    let service = hyper::service::service_fn(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(Peer(peer));
        if let Some(flaw) = seen.next() {
            request.extensions_mut().insert(Flaw(flaw));
        }
        let last = request.headers().contains_key(header::TRANSFER_ENCODING);
        let answer = router.clone().oneshot(request.map(Body::new));
        async move {
            let Ok(mut response) = answer.await;
            if last {
                // Its end was not counted, so nothing behind it can be trusted.
                response
                    .headers_mut()
                    .insert(header::CONNECTION, HeaderValue::from_static("close"));
            }
            Ok::<Response, Infallible>(response)
        }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(patience.head)
        .max_headers(MOST_HEADERS)
        .max_buf_size(LONGEST_HEAD)
        .serve_connection(TokioIo::new(wire), service);
    let mut connection = std::pin::pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = stop.reached(Phase::Refusing) => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(exception.message = %error, "a connection ended");
    }
}
