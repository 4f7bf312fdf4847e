//! A service as people and tools look at it: with everything that follows logs.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::open::{Opened, followed};
use super::process::StartError;
use super::sources::{Sources, Way};
use crate::consume::{Effects as _, Track};
use crate::figures::{Consumer, Place};
use crate::saga::Starts;
use crate::store::ViewTable;
use crate::transport::OwnLog;

impl Opened {
    /// The service with its views, policies and sagas.
    pub fn place(&self, sources: &Sources) -> Result<Place, StartError> {
        let mut consumers = Vec::new();
        for names in followed(&self.builder.views) {
            let parts = || self.builder.views.iter().filter(|part| names.contains(part.name));
            let streams = parts().flat_map(|part| {
                let policies = part.policies.iter().map(|policy| policy.stream());
                part.view.streams().into_iter().chain(policies)
            });
            let first = parts().next().and_then(|part| self.instances.get(part.name));
            let reader = first.map_or_else(String::new, ViewTable::cursor_name);
            let name = names.iter().copied().collect::<Vec<_>>().join(", ");
            consumers.push(self.consumer(("view", name), (reader, true), streams, sources)?);
        }
        let policies: BTreeSet<_> = self.builder.policies.iter().map(|it| it.name()).collect();
        for name in policies {
            let of = self.builder.policies.iter().filter(|it| it.name() == name);
            let reader = format!("policy:{name}");
            let what = ("policy", name.to_owned());
            consumers.push(self.consumer(
                what,
                (reader, false),
                of.map(|it| it.stream()),
                sources,
            )?);
        }
        for (name, saga) in &self.builder.sagas {
            let starts = Starts::new(saga.clone(), self.service.clone());
            let (what, reader) = (("saga", (*name).to_owned()), (starts.name().to_owned(), false));
            consumers.push(self.consumer(what, reader, [saga.stream()], sources)?);
        }
        Ok(Place { service: self.service.clone(), consumers, relays: sources.kafka.is_some() })
    }

    fn consumer(
        &self,
        (kind, name): (&'static str, String),
        (reader, joined): (String, bool),
        streams: impl IntoIterator<Item = &'static str>,
        sources: &Sources,
    ) -> Result<Consumer, StartError> {
        let service = &self.service;
        let streams: BTreeSet<_> = streams.into_iter().collect();
        let feeds = sources.events(service, (&reader, joined), &streams, Way::Logs)?;
        let mut tracks: Vec<_> = feeds.into_iter().map(|feed| Track::new(feed, false)).collect();
        if streams.iter().any(|it| it.split('.').next() == Some(service.name())) {
            tracks.push(Track::new(Arc::new(OwnLog::new(service.shared_store())), true));
        }
        Ok(Consumer::new(kind, name, reader, streams, tracks))
    }
}
