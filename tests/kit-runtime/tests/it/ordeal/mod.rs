//! What must hold under races, kills, repeats and lost connections. Every checker is shown a wrong design that it
//! must catch: a test that cannot fail proves nothing.

mod chaos;
mod dice;
mod dropped;
mod hanging;
mod killed;
mod proxy;
mod race;
mod reply_lost;
mod twice;
