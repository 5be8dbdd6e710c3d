//! What Panorama and Cognito answer, read without a network: for fuzzing. No function calls it, so
//! no function has it in its binary.

use application::ports::upstream::LoginError;
use domain::partner::PartnerTokens;
use domain::shared_data::SharedData;
use domain::timestamp::Timestamp;
use http::StatusCode;
use time::OffsetDateTime;

use super::listing::Listing;
use super::{cognito, downloads, shared_data};

/// Reads the answer to a login.
///
/// # Errors
/// It is a refusal, or in an unknown form.
pub fn login(status: u16, body: &[u8]) -> Result<PartnerTokens, LoginError> {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::OK);
    cognito::read_login(status, body, Timestamp::new(OffsetDateTime::UNIX_EPOCH))
}

/// Reads a page of the listing: how many codes it has, and the next page's token.
pub fn listing(body: &[u8], most: usize) -> Option<(usize, Option<String>)> {
    let mut listing = Listing::up_to(most);
    let next = listing.read_page(body).ok()?;
    Some((listing.into_codes().len(), next))
}

/// Reads what an operation shares.
pub fn shared_data(body: &[u8]) -> Option<SharedData> {
    shared_data::read(body).ok()
}

/// Reads where a stream's files are: how many there are.
pub fn downloads(body: &[u8]) -> Option<usize> {
    downloads::read(body).ok().map(|urls| urls.len())
}
