// Rendered by minos from minos.toml; own code goes into services/desk/service/src/extend.rs.
//! Why one tool says no.

kit::refusals! {
    /// The refusals of one tool; those that every aggregate has come with them.
    pub enum ToolRefusal {}
}
