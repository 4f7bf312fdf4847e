//! Sagas: a trip of three bookings, one transition at a time and in a hostile world.

mod fence;
mod steps;
mod time;
mod trip;
mod world;
