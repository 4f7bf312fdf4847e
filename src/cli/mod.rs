//! The command line: the only room that prints, prompts and reads the environment.

pub mod demo;
