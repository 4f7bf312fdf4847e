//! Names that are legal in every target, in every case.
