//! Small objects, read by the links that others are given, so without the SDK.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use reqwest::StatusCode;

use super::failure::strange;
use crate::outside::{Unread, body, transport_failure};
use application::ports::files::{FileLinks, FileReader, FilesError};
use domain::object_key::ObjectKey;

/// What a failure is reported by.
const OPERATION: &str = "GetObject";

/// A link is followed at once.
const LINK_LIVES: Duration = Duration::from_mins(1);

/// The largest refusal of S3's that is read, in bytes. They have some hundred.
const MOST_OF_A_REFUSAL: usize = 16 * 1_024;

/// A reader of what links lead to.
pub struct LinkReader {
    links: Arc<dyn FileLinks>,
    http: reqwest::Client,
}

impl LinkReader {
    /// One that signs with these links and asks with this client.
    pub fn new(links: Arc<dyn FileLinks>, http: reqwest::Client) -> Self {
        Self { links, http }
    }
}

#[async_trait]
impl FileReader for LinkReader {
    async fn read(&self, key: &ObjectKey, most: usize) -> Result<Option<Vec<u8>>, FilesError> {
        let link = self.links.presigned_get(key, "object", LINK_LIVES).await?;
        // Its error would have the link in it.
        let failed = |error| strange(OPERATION, &transport_failure(&error));
        let answer = self.http.get(link.expose().clone()).send().await.map_err(failed)?;
        match answer.status() {
            StatusCode::OK => {}
            StatusCode::NOT_FOUND => return Ok(None),
            StatusCode::FORBIDDEN if hides_that_nothing_is_there(answer).await => {
                tracing::warn!("an object is not there, or the role may not read it");
                return Ok(None);
            }
            StatusCode::FORBIDDEN => return Err(strange(OPERATION, "Forbidden")),
            status => return Err(strange(OPERATION, status.as_str())),
        }
        match body(answer, most).await {
            Ok(bytes) => Ok(Some(bytes)),
            Err(Unread::TooLarge) => Err(FilesError::TooLarge { most }),
            Err(Unread::Broken(error)) => Err(failed(error)),
        }
    }
}

/// S3 says that there is no such object only to whoever may list the bucket, which a function that
/// reads files may not. To others it denies access, in the words in which it denies any; links that
/// have expired have words of their own, and those that are wrongly signed another code (API
/// Reference, `GetObject`, "Permissions"; "Error responses").
async fn hides_that_nothing_is_there(answer: reqwest::Response) -> bool {
    let Ok(refusal) = body(answer, MOST_OF_A_REFUSAL).await else { return false };
    let refusal = String::from_utf8_lossy(&refusal);
    refusal.contains("<Code>AccessDenied</Code>") && !refusal.contains("Request has expired")
}
