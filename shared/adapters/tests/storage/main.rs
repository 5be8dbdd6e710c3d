//! What the ports of storage promise, held to two engines: the embedded one, which the end-to-end
//! tests run on, and one that others wrote.
//!
//! ```text
//! cargo test -p adapters --test storage
//! moto_server -H 127.0.0.1 -p 5123 &                       # pip install 'moto[server]==5.2.*'
//! DYNAMODB_ENDPOINT=http://127.0.0.1:5123 cargo test -p adapters --test storage
//! ```
//! Every test has a table of its own and deletes it. With `DYNAMODB_ENDPOINT` they run one after
//! the other: moto makes a copy of all its tables before a transaction and puts it back when the
//! transaction fails, and with it undoes what others wrote meanwhile.
//!
//! moto 5.2 is known to differ from DynamoDB in this, and nothing here depends on it: client tokens
//! do not make transactions idempotent, batches of more than 25 writes are accepted, pages end a
//! little earlier than at 1 MB. No test is left out for it.

mod api_keys;
mod app_keys;
mod catalogue;
mod checks;
mod connection_list;
mod conversions;
mod credentials;
mod engine;
mod events;
mod leaf_users;
mod leaving;
mod logins;
mod magic_links;
mod people;
mod sessions;
mod sync_requests;
mod unclaimed;
