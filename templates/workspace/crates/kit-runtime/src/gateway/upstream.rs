//! The services behind a gateway: in this process, or at addresses.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use tower::ServiceExt as _;

use super::pool::{Pool, Trouble};
use super::table::Side;

/// One side of a service.
#[derive(Debug, Clone)]
pub(crate) enum Upstream {
    /// In this process.
    Here(Router),
    /// At one address or several.
    There(Arc<Pool>),
}

impl Upstream {
    /// Send a request; `uri` and headers are those that the service should see.
    pub async fn send(&self, request: Request) -> Result<Response, Trouble> {
        match self {
            Self::Here(router) => {
                let Ok(response) = router.clone().oneshot(request).await;
                Ok(response)
            }
            Self::There(pool) => Ok(pool.send(request).await?.map(Body::new)),
        }
    }
}

/// Both sides of a service; they may be the same.
#[derive(Debug, Clone)]
pub(crate) struct Sides {
    pub write: Upstream,
    pub read: Upstream,
    /// Commands and views that run in processes of their own.
    pub named: BTreeMap<String, Upstream>,
}

/// The services by the names of their contexts.
#[derive(Debug, Clone, Default)]
pub(crate) struct Upstreams(pub BTreeMap<String, Sides>);

impl Upstreams {
    /// Who answers for a side of a context, or for what has this name in it.
    pub fn get(&self, context: &str, side: Side, name: Option<&str>) -> Option<&Upstream> {
        let sides = self.0.get(context)?;
        let own = name.and_then(|name| sides.named.get(name));
        Some(own.unwrap_or(match side {
            Side::Write => &sides.write,
            Side::Read => &sides.read,
        }))
    }
}
