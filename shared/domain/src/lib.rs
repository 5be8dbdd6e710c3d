//! The rules of connecting a farmer's operation. No I/O, no clock: time, ids and random values come
//! in as arguments.

// What others build on; elsewhere a comment is for what its name does not say.
#![warn(missing_docs)]

/// `Debug` for what is about a person or may be secret: the name of the type.
macro_rules! redacted {
    ($($name:ident),*) => {$(
        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(concat!(stringify!($name), "(…)"))
            }
        }
    )*};
}

pub mod address_policy;
pub mod alert;
pub mod api_key;
pub mod app_key;
pub mod attempt;
pub mod binding;
pub mod browser;
pub mod caller;
pub mod catalogue;
pub mod change;
pub mod change_id;
pub mod client_environment;
pub mod credential;
pub mod download_url;
pub mod event;
pub mod file_output;
pub mod freshness;
pub mod given_file;
pub mod handshake;
pub mod ids;
pub mod invalid;
pub mod leaf_json;
pub mod leaf_user;
pub mod listing;
pub mod login_state;
pub mod magic_link;
pub mod next_step;
pub mod object_key;
pub mod operation;
pub mod organization_code;
pub mod owner;
pub mod owner_password;
pub mod owner_token;
pub mod page_settings;
pub mod partner;
pub mod record;
pub mod replay;
pub mod sent;
pub mod session;
pub mod shared_data;
pub mod shown_name;
pub mod sign_in;
pub mod timestamp;
pub mod unclaimed_confirmation;
pub mod webhook;
pub mod webhook_call;
pub mod webhook_event;
pub mod webhook_signature;
