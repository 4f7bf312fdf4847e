// Rendered by minos from domain/lending.toml; own code goes into extend.rs of the service.
//! What can happen to one member. These types are the stored form.

use contracts::catalogue::Isbn;
use kit::prelude::*;

use super::MemberId;
use crate::values::{Email, Plan};

kit::events! {
    /// Everything that can happen to one member.
    pub enum MemberEvent of "lending.member" by MemberId {
        MemberJoined = "member_joined" v 1,
        Borrowed = "borrowed" v 1,
        Fined = "fined" v 1,
        FinesPaid = "fines_paid" v 1,
        LimitReached = "limit_reached" v 1,
        LoanRefused = "loan_refused" v 1,
        MemberLeft = "member_left" v 1 closes,
        PhoneChanged = "phone_changed" v 1,
        Recalled = "recalled" v 1,
        Returned = "returned" v 1,
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MemberJoined {
    pub name: String,
    pub email: Email,
    pub plan: Plan,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Borrowed {
    pub isbn: Isbn,
    pub title: String,
    pub due: Date,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Fined {
    pub isbn: Isbn,
    pub amount: Decimal,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FinesPaid {
    pub amount: Decimal,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LimitReached {
    pub isbn: Isbn,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LoanRefused {
    pub isbn: Isbn,
    pub reason: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MemberLeft {}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PhoneChanged {
    #[serde(default, skip_serializing_if = "Patch::is_keep")]
    pub phone: Patch<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Recalled {
    pub isbn: Isbn,
    pub reason: String,
    pub due: Date,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Returned {
    pub isbn: Isbn,
}
