//! The world: each file speaks one foreign language.

pub mod checked_addresses;
pub mod downloads;
pub mod dynamodb;
pub mod lambda_converter;
pub mod leaf;
mod limits;
pub mod no_converter;
mod outside;
pub mod panorama;
pub mod receivers;
pub mod resting_receivers;
pub mod s3;
mod sdk_error;
pub mod secrets_manager;
pub mod system_clock;
pub mod system_randomness;
pub mod tls;
pub mod work_queue;
