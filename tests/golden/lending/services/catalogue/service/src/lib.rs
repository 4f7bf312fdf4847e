// Rendered by minos from domain/catalogue.toml; own code goes into extend.rs of the service.
//! The service catalogue: its routes, read models and queries.

mod extend;
mod publish;
mod routes;
mod wiring;

pub use wiring::service;

/// Read models: rows that follow from events.
pub mod views {
    mod title_list;

    pub use title_list::{TitleList, TitleListRow};
}

/// Queries: what callers may ask of the read models.
pub mod queries {
    mod titles;

    pub use titles::Titles;
}
