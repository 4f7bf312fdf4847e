// Rendered by minos from domain/lending.toml; own code goes into extend.rs of the service.
//! The service lending: its routes, read models and queries.

mod extend;
mod routes;
mod wiring;

pub use wiring::service;

/// Read models: rows that follow from events.
pub mod views {
    mod member_list;
    mod title_use;

    pub use member_list::{MemberList, MemberListRow};
    pub use title_use::{TitleUse, TitleUseRow};
}

/// Replicas: what other contexts told, for rules to look up.
pub mod replicas {
    mod title_info;

    pub use title_info::TitleInfo;
}

/// Queries: what callers may ask of the read models.
pub mod queries {
    mod member_card;
    mod members;
    mod popular;

    pub use member_card::MemberCard;
    pub use members::Members;
    pub use popular::Popular;
}

/// Policies: when this happens, ask for that.
pub mod policies {
    mod recall_withdrawn;

    pub use recall_withdrawn::RecallWithdrawn;
}
