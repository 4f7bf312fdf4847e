//! A connection with what the server does not look at: the heads as they came, and a reader that is too slow.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Sleep, sleep};

use super::heads::{Flaw, Heads};

/// How much a reader takes at least in the time that it has, in bytes.
const PIECE: usize = 16 << 10;

/// The heads of a connection, for who answers its requests.
#[derive(Debug, Clone, Default)]
pub(super) struct Seen(Arc<Mutex<Heads>>);

impl Seen {
    /// What is wrong with the framing of the next request.
    pub fn next(&self) -> Option<Flaw> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).next()
    }
}

/// A connection that ends when what is written to it is not read: at most `patience` may pass without
/// [`PIECE`] bytes, or the rest of an answer, being taken.
#[derive(Debug)]
pub(super) struct Wire {
    stream: TcpStream,
    seen: Seen,
    patience: Duration,
    stuck: Option<Pin<Box<Sleep>>>,
    taken: usize,
}

impl Wire {
    /// The connection, and the heads that will come on it.
    pub fn new(stream: TcpStream, patience: Duration) -> (Self, Seen) {
        let seen = Seen::default();
        (Self { stream, seen: seen.clone(), patience, stuck: None, taken: 0 }, seen)
    }

    fn moved(&mut self, count: usize) {
        self.taken += count;
        if self.taken >= PIECE {
            self.free();
        }
    }

    fn free(&mut self) {
        (self.taken, self.stuck) = (0, None);
    }

    /// Wait for the reader, as long as there is patience.
    fn stand(&mut self, cx: &mut Context<'_>) -> Poll<io::Error> {
        let patience = self.patience;
        let stuck = self.stuck.get_or_insert_with(|| Box::pin(sleep(patience)));
        ready!(stuck.as_mut().poll(cx));
        Poll::Ready(io::ErrorKind::TimedOut.into())
    }

    fn written(
        &mut self,
        cx: &mut Context<'_>,
        written: Poll<io::Result<usize>>,
    ) -> Poll<io::Result<usize>> {
        match written {
            Poll::Ready(Ok(count)) => {
                self.moved(count);
                Poll::Ready(Ok(count))
            }
            Poll::Ready(Err(error)) => Poll::Ready(Err(error)),
            Poll::Pending => self.stand(cx).map(Err),
        }
    }
}

impl AsyncRead for Wire {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        ready!(Pin::new(&mut self.stream).poll_read(cx, buffer))?;
        let new = buffer.filled().get(before..).unwrap_or(&[]);
        self.seen.0.lock().unwrap_or_else(PoisonError::into_inner).see(new);
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Wire {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.written(cx, written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(cx, slices);
        self.written(cx, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        // The server flushes when it has written all it has.
        self.free();
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
