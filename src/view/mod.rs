//! Serialisable structs for templates, with every spelling ready.
