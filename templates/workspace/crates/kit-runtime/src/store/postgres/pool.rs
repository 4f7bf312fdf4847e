//! Connections: limits of every session, what an error means, and how statements share one round trip.

use crate::store::{BoxFuture, Options, StoreError};
use deadpool_postgres::{
    Hook, HookError, Manager, ManagerConfig, Object, Pool, PoolError, RecyclingMethod, Runtime,
    TimeoutType,
};
use std::future::poll_fn;
use std::str::FromStr;
use std::task::Poll;
use std::time::Duration;
use tokio_postgres::config::SslMode;
use tokio_postgres::error::SqlState;
use tokio_postgres::{Config, NoTls};

use super::tls::Asked;

/// Limits that keep one hanging client from holding up the others.
const SESSION: &str = "set idle_in_transaction_session_timeout = '10s'; set statement_timeout = '30s'; \
                       set lock_timeout = '2s'; set datestyle = 'ISO'; set client_min_messages = 'warning'";

/// How long a caller waits for a free connection.
const ACQUIRE: Duration = Duration::from_secs(1);

/// SQL state of a unit that `kit_append` refuses after it has written something.
pub(super) const REFUSED: &str = "KC001";

pub(super) fn build(url: &str, options: &Options) -> Result<Pool, StoreError> {
    let asked = Asked::of(url)?;
    let mut config = Config::from_str(&asked.url)
        .map_err(|error| StoreError::Invalid(format!("the database URL: {error}")))?;
    config.ssl_mode(asked.mode);
    config.tcp_user_timeout(Duration::from_secs(15));
    if config.get_connect_timeout().is_none() {
        config.connect_timeout(Duration::from_secs(5));
    }
    if config.get_application_name().is_none() {
        config.application_name(&options.service);
    }
    let manager = manager(config, &asked)?;
    let limits = Hook::async_fn(|client: &mut deadpool_postgres::ClientWrapper, _| {
        Box::pin(async { client.batch_execute(SESSION).await.map_err(HookError::Backend) })
    });
    Pool::builder(manager)
        .max_size(options.connections.max(1))
        .runtime(Runtime::Tokio1)
        .wait_timeout(Some(ACQUIRE))
        .create_timeout(Some(Duration::from_secs(10)))
        .post_create(limits)
        .build()
        .map_err(|error| StoreError::Invalid(error.to_string()))
}

const RECYCLING: ManagerConfig = ManagerConfig { recycling_method: RecyclingMethod::Fast };

#[cfg(feature = "tls")]
fn manager(config: Config, asked: &Asked) -> Result<Manager, StoreError> {
    if asked.mode == SslMode::Disable {
        return Ok(Manager::from_config(config, NoTls, RECYCLING));
    }
    Ok(Manager::from_config(config, super::tls::connector(asked)?, RECYCLING))
}

#[cfg(not(feature = "tls"))]
fn manager(config: Config, asked: &Asked) -> Result<Manager, StoreError> {
    if asked.mode == SslMode::Require {
        return Err(StoreError::Invalid(format!(
            "the database URL asks for sslmode `{}`, and this program was built without the feature `tls`",
            asked.word
        )));
    }
    Ok(Manager::from_config(config, NoTls, RECYCLING))
}

pub(super) async fn get(pool: &Pool) -> Result<Object, StoreError> {
    pool.get().await.map_err(|error| match error {
        PoolError::Timeout(TimeoutType::Wait) => StoreError::Busy("no free connection".to_owned()),
        PoolError::Backend(error) => match database(&error) {
            StoreError::Database(text) => StoreError::Unavailable(text),
            other => other,
        },
        other => StoreError::Unavailable(other.to_string()),
    })
}

/// What an error of the server or of the connection means to the caller.
pub(super) fn database(error: &tokio_postgres::Error) -> StoreError {
    let Some(server) = error.as_db_error() else {
        return match std::error::Error::source(error) {
            Some(cause) if !error.is_closed() => {
                StoreError::Unavailable(format!("{error}: {cause}"))
            }
            _ => StoreError::Unavailable(error.to_string()),
        };
    };
    let text = format!("{} ({})", server.message(), server.code().code());
    let code = server.code();
    if *code == SqlState::LOCK_NOT_AVAILABLE
        || *code == SqlState::QUERY_CANCELED
        || *code == SqlState::T_R_SERIALIZATION_FAILURE
        || *code == SqlState::T_R_DEADLOCK_DETECTED
    {
        return StoreError::Busy(text);
    }
    let class = code.code().get(..2).unwrap_or_default();
    if ["08", "53", "57"].contains(&class) || *code == SqlState::IDLE_IN_TRANSACTION_SESSION_TIMEOUT
    {
        return StoreError::Unavailable(text);
    }
    StoreError::Database(text)
}

/// Whether the server took the transaction back for reasons that may be gone the next time.
pub(super) fn is_retriable(error: &tokio_postgres::Error) -> bool {
    error.code().is_some_and(|code| {
        *code == SqlState::T_R_SERIALIZATION_FAILURE || *code == SqlState::T_R_DEADLOCK_DETECTED
    })
}

/// Starts all futures in order before it waits for the first: their requests leave in one go, and the server works
/// through them in that order. One that fails at once, before it is sent, keeps the later ones from starting.
pub(super) async fn pipelined<T, E>(
    futures: Vec<BoxFuture<'_, Result<T, E>>>,
) -> Vec<Result<T, E>> {
    let mut slots: Vec<_> = futures.into_iter().map(|future| (Some(future), None)).collect();
    let mut started = false;
    poll_fn(move |context| {
        let (mut waiting, mut failed_at) = (false, None);
        for (index, (future, result)) in slots.iter_mut().enumerate() {
            if let Some(running) = future {
                match running.as_mut().poll(context) {
                    Poll::Ready(value) => {
                        let failed = value.is_err();
                        (*future, *result) = (None, Some(value));
                        if failed && !started {
                            failed_at = Some(index);
                            break;
                        }
                    }
                    Poll::Pending => waiting = true,
                }
            }
        }
        started = true;
        if let Some(index) = failed_at {
            slots.truncate(index + 1);
        }
        if waiting {
            return Poll::Pending;
        }
        Poll::Ready(slots.iter_mut().filter_map(|(_, result)| result.take()).collect())
    })
    .await
}
