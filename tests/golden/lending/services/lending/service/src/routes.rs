// Rendered by minos from domain/lending.toml; own code goes into extend.rs of the service.
//! The routes of lending.

use axum::Router;
use axum::routing::{get, post};
use kit_runtime::http::{command, create, one, query, read};
use kit_runtime::service::Service;
use lending_domain::member::{Borrow, ChangePhone, Join, Leave, Member, PayFines, Recall, Return};

use crate::queries;

/// Commands, state and queries of lending.
pub fn routes() -> Router<Service> {
    Router::new()
        .route("/member-card/{member_id}", get(one::<queries::MemberCard>))
        .route("/members", get(query::<queries::Members>).post(create::<Member, Join>))
        .route("/members/{member_id}", get(read::<Member>))
        .route("/members/{member_id}/borrow", post(command::<Member, Borrow>))
        .route("/members/{member_id}/change-phone", post(command::<Member, ChangePhone>))
        .route("/members/{member_id}/leave", post(command::<Member, Leave>))
        .route("/members/{member_id}/pay-fines", post(command::<Member, PayFines>))
        .route("/members/{member_id}/recall", post(command::<Member, Recall>))
        .route("/members/{member_id}/return", post(command::<Member, Return>))
        .route("/popular", get(query::<queries::Popular>))
}
