//! What the service does: one file a use case, each a function over [`crate::ports::Ports`].

pub mod app_key_cache;
pub mod authenticate;
pub mod check_connections;
mod check_each;
pub mod create_credential;
pub mod credential_status;
pub mod deliver_alert;
pub mod disconnect;
pub mod expire_session;
pub mod failed_calls;
pub mod finish_handshake;
pub mod follow_upstream;
pub mod leaf_users;
pub mod list_events;
pub mod look_now;
pub mod open_hop_link;
pub mod receive_alert;
pub mod receive_confirmation;
pub mod register_alerts;
pub mod register_app_key;
pub mod register_webhook;
pub mod replay_alerts;
pub mod resolve_app_key;
pub mod resume_handshake;
pub mod start_integration;
pub mod summarize_sync;
pub mod verify_app_key;
