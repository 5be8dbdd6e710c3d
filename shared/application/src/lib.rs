//! What the service does ([`use_cases`]), what it needs of the world to do it ([`ports`]), whose
//! records it works with ([`records`]), and what is counted and logged of it.

pub mod logging;
pub mod metrics;
pub mod ports;
pub mod records;
pub mod use_cases;
