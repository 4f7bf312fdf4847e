// Rendered by minos from minos.toml; own code goes into extend.rs of the service.
//! The service desk: its routes, read models and queries.

mod extend;
mod routes;
mod wiring;

pub use wiring::service;

/// Read models: rows that follow from events.
pub mod views {
    mod shelf;

    pub use shelf::{Shelf, ShelfRow};
}

/// Queries: what callers may ask of the read models.
pub mod queries {
    mod shelf;

    pub use shelf::Shelf;
}
