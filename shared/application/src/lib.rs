//! What the service does ([`use_cases`]), what it needs of the world to do it ([`ports`]), whose
//! records it works with ([`records`]), whose data it shows ([`data`]), and what is counted and
//! logged of it.

// What others build on; elsewhere a comment is for what its name does not say.
#![warn(missing_docs)]

pub mod data;
pub mod logging;
pub mod metrics;
pub mod ports;
pub mod records;
pub mod use_cases;
