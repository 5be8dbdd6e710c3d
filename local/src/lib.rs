//! The whole service on one machine, and a simulated Panorama to connect to.
//!
//! What is real: the functions' routers, the crates in `shared/`, the AWS SDK. What stands in, each
//! behind the protocol of the real thing: DynamoDB (dynoxide, in the process), S3, Secrets Manager
//! and Panorama (the three crates beside this one), API Gateway (the module `gateway`); with the
//! upstream `leaf` also Leaf, by another machine of the same kind.

mod aws;
pub mod cors;
pub mod environment;
mod fault_injector;
pub mod flags;
pub mod function_scope;
pub mod gateway;
mod listening;
pub mod logging;
pub mod machine;
pub mod options;
pub mod outbox;
pub mod ready;
mod schedules;
pub mod seed;
mod stand_ins;
mod turned_clock;
pub mod walkthrough;

pub use machine::Machine;
pub use options::{Data, LARGEST_FILE, Options, Upstream};
pub use ready::Ready;
pub use turned_clock::TurnedClock;
