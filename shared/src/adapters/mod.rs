//! The world: each file speaks one foreign language.

pub mod dynamodb;
pub mod leaf;
pub mod panorama;
mod sdk_error;
pub mod secrets_manager;
pub mod system_clock;
pub mod tls;
