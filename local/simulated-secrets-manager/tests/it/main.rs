//! One test binary: the contract, which any Secrets Manager must keep, and what is peculiar to the
//! simulated one.
//!
//! # Against another implementation
//! `SECRETS_MANAGER_ENDPOINT=http://127.0.0.1:5000 cargo test -p simulated-secrets-manager
//! contract` runs the contract against `moto_server` (`pip install 'moto[server]'`, `moto_server -H
//! 127.0.0.1 -p 5000`).
//!
//! Some clauses (those that begin with `Peer::start_unless_moto`) are left out there: moto 5.2.5
//! breaks them. What it does, and who is right, by the API Reference (R), by its service model (M),
//! by the quotas (Q), or by what `LocalStack` recorded from AWS (L):
//!
//! - `UpdateSecretVersionStage` moves `AWSCURRENT` in what `DescribeSecret` says, but
//!   `GetSecretValue` goes on reading the old version. Moto is wrong (R).
//! - It takes any label but `AWSCURRENT` without `RemoveFromVersionId`, so that two versions have
//!   it. Moto is wrong (R).
//! - It removes `AWSCURRENT` altogether, and accepts a call that names no version. The reference
//!   does not say; ours refuses, since a secret with values always has a current one.
//! - It refuses an unknown `MoveToVersionId` with `InvalidParameterException`, ours with
//!   `ResourceNotFoundException`. The reference lists both.
//! - `PutSecretValue` and label changes succeed on a secret that is planned for deletion. Moto is
//!   wrong (R: `InvalidRequestException`).
//! - `CreateSecret` with the name of such a secret is a `ResourceExistsException`. Moto is wrong
//!   (L: `InvalidRequestException`).
//! - When `AWSCURRENT` moves by `PutSecretValue`, the old version loses every other label. Moto is
//!   wrong (R); only `AWSPENDING` goes (L).
//! - Text and bytes in one request are both stored. Moto is wrong (R).
//! - Names of any characters, values of any length and any number of labels are accepted. Moto is
//!   wrong (L, M, Q).
//! - A token of 31 or 65 characters is an `InvalidParameterException`, ours a
//!   `ValidationException`, as AWS answers to other lengths outside the model.

// `allow-unwrap-in-tests` does not reach the functions that tests share.
#![allow(clippy::unwrap_used)]

mod contract;
mod peer;
mod simulation;
