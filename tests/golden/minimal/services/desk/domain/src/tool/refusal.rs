// Rendered by minos from minos.toml; own code goes into extend.rs of the service.
//! Why one tool says no.

kit::refusals! {
    /// The refusals of one tool; those that every aggregate has come with them.
    pub enum ToolRefusal {}
}
