// Rendered by minos from domain/catalogue.toml; own code goes into extend.rs of the service.
//! What catalogue tells other contexts. No other event leaves it.

use catalogue_domain::title::TitleEvent;
use contracts::catalogue as public;
use kit::prelude::*;

/// The published form of an event of one title; none when it stays private.
pub fn title(event: &Recorded<TitleEvent>) -> Option<public::TitleEvent> {
    match &event.data {
        TitleEvent::TitleListed(ev) => {
            Some(public::TitleListed { name: ev.name.clone(), genre: ev.genre }.into())
        }
        TitleEvent::TitleWithdrawn(ev) => {
            Some(public::TitleWithdrawn { reason: ev.reason.clone() }.into())
        }
        TitleEvent::CopiesAdded(_) => None,
    }
}
