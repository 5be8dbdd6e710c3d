//! The world: each file speaks one foreign language.

pub mod dynamodb;
pub mod panorama;
pub mod passwords;
pub mod secrets_manager;
pub mod system_clock;
pub mod tokens;
