//! What the ports of raw files promise, held to two engines: the embedded one, which the end-to-end
//! tests run on, and one that others wrote.
//!
//! ```text
//! cargo test -p adapters --test files
//! moto_server -H 127.0.0.1 -p 5123 &                       # pip install 'moto[server]==5.2.*'
//! S3_ENDPOINT=http://127.0.0.1:5123 cargo test -p adapters --test files
//! ```
//!
//! Every test has a bucket of its own. moto 5.2.5 is known to differ from S3 in this, and the tests
//! that begin with [`engine::with_strict_files`] are left out there:
//!
//! - It checks no signatures and no expiry: whatever link it is given opens the object.
//! - Of two writers that end an upload in parts at the same time, both store the object: it looks
//!   whether there is one, and later puts its own.
//!
//! It compares no checksums either; that the embedded engine does is held in its own tests.

mod busy;
mod deletion;
mod engine;
mod links;
mod uploads;
