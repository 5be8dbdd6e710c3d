//! Panorama Connect's wiring: the environment's variables, the service that is built from them, its
//! logs.
//!
//! What is wired is in crates of its own, so that an arrow that points the wrong way does not
//! compile:
//!
//! | crate | what is in it | what it sees |
//! |---|---|---|
//! | [`domain`] | sessions, credentials, the binding rules: pure, no I/O and no clock of its own | nothing |
//! | [`application`] | the use cases, what they need of the world as traits, what is counted | `domain` |
//! | [`adapters`] | DynamoDB, Secrets Manager, SQS, Panorama, Leaf, the clock | `domain`, `application`'s ports |
//! | `web` | problem documents, bodies, pages, request ids, the bearer token | `domain`, `application` |

pub mod logging;
pub mod service;
pub mod settings;
