//! A credential's history: what was asked of Panorama, and what came of it.

use std::time::Duration;

use super::ids::EventId;
use super::timestamp::Timestamp;

/// How long an event is stored (Leaf's documents: 30 days).
pub const RETENTION: Duration = Duration::from_hours(720);

/// One row of the history, with Leaf's fields. Written for people; never with a secret or an
/// organization code in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Its id.
    pub id: EventId,
    /// When it happened.
    pub created_at: Timestamp,
    /// The HTTP status that the upstream answered with; 503 when there was no answer.
    pub status_code: u16,
    /// What was asked, as one line of a request: method and path, with the code left out.
    pub headers: String,
    /// What came of it, as a sentence.
    pub body: String,
}

impl Event {
    /// What was asked when a handshake was done.
    pub const CONFIRM: &str = "PUT /sharing/{organizationCode}/confirm";

    /// What was asked when a refresh token was tried.
    pub const REFRESH: &str = "POST InitiateAuth (REFRESH_TOKEN_AUTH)";

    /// What was asked when a listing was read.
    pub const LIST: &str = "GET /sharing";

    /// What was asked when the upstream's records were read.
    pub const FOLLOW: &str = "GET /users/{leafUserId}/panorama-credentials";

    /// What was asked, what was answered and what came of it.
    pub fn new(
        id: EventId,
        asked: &str,
        status_code: u16,
        body: impl Into<String>,
        created_at: Timestamp,
    ) -> Self {
        Self { id, created_at, status_code, headers: asked.to_owned(), body: body.into() }
    }
}
