// Rendered by minos from domain/catalogue.toml; own code goes into extend.rs of the service.
//! Why one title says no.

kit::refusals! {
    /// The refusals of one title; those that every aggregate has come with them.
    pub enum TitleRefusal {}
}
