//! The page of the development system: `/_dev` shows what happened in all contexts of one process.
//!
//! Keeps true: it is there only in a process that holds the whole system and was started with
//! `--dev`; it changes nothing; whatever stands in the data is shown as text, never as markup; it
//! loads nothing from elsewhere; and it answers no request that was made for a name of another
//! site. It is for one person at a desk: it looks through whole tables.

mod conversation;
mod data;
mod html;
mod look;
mod overview;
mod routes;
mod stream;

pub(crate) use routes::routes;
