//! Panorama Connect's core: everything that is not wiring.
//!
//! | module | what is in it | what it may see |
//! |---|---|---|
//! | [`domain`] | sessions, credentials, the binding rules: pure, no I/O and no clock of its own | nothing |
//! | [`ports`] | what the use cases need of the world, as traits | `domain` |
//! | [`use_cases`] | what the service does, one file a use case | `domain`, `ports` |
//! | [`adapters`] | DynamoDB, Secrets Manager, Panorama, the clock | `domain`, `ports` |
//! | [`http`] | problem documents, bodies, pages, request ids, the bearer token | `domain`, `ports`, `use_cases` |
//! | [`metrics`] | what is counted and measured | `domain` |
//! | [`settings`], [`service`], [`logging`] | the environment's variables, the service that is wired from them, its logs | all |

pub mod adapters;
pub mod domain;
pub mod http;
pub mod logging;
pub mod metrics;
pub mod ports;
pub mod service;
pub mod settings;
pub mod use_cases;
