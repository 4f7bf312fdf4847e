// Rendered by minos from domain/lending.toml; own code goes into extend.rs of the service.
//! Why one member says no.

kit::refusals! {
    /// The refusals of one member; those that every aggregate has come with them.
    pub enum MemberRefusal {
        EmailTaken = 409 "email_taken" "email taken",
        LoansOpen = 409 "loans_open" "loans open",
        NotInStock = 409 "not_in_stock" "the library has no such title",
        TooManyLoans { loans: i64 } = 422 "too_many_loans" "{loans} loans at once are enough",
    }
}
