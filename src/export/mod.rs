//! The versioned, serialisable form of the model.
