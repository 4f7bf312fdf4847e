//! How the system is built into images and run: files for Docker, Compose and Kubernetes.
//!
//! Everything follows from the model: which programs there are, who reads whose log, what each of
//! them needs. Values here are spelled for their target; templates only place them. No secret value
//! is in any of them, only the names of secrets.

mod compose;
mod docker;
mod edges;
mod kubernetes;
mod network;
mod parts;

pub use compose::{ComposeFile, compose};
pub use docker::{Dockerfile, dockerfile};
pub use edges::edges;
pub use kubernetes::{Kubernetes, kubernetes};
