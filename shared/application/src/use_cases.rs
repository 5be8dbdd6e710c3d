//! What the service does: one file a use case, each a function over [`crate::ports::Ports`].

pub mod app_key_cache;
pub mod authenticate;
pub(crate) mod change_status;
pub mod check_connections;
pub mod create_credential;
pub mod credential_status;
pub mod deliver_alert;
pub mod disconnect;
pub mod expire_session;
pub mod failed_calls;
pub mod finish_handshake;
pub mod log_in;
pub(crate) mod note_refusal;
pub mod open_hop_link;
pub mod receive_confirmation;
pub mod register_app_key;
pub mod register_webhook;
pub mod replay_alerts;
pub mod request_syncs;
pub mod resolve_app_key;
pub mod resume_handshake;
pub mod start_integration;
pub mod store_stream;
pub mod sync_operation;
pub mod verify_app_key;
pub mod watch_handshake;
