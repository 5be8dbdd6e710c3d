//! Links to files: whoever signs one must have the right to read the file, for a link can do what
//! its signer may. No call of AWS tells, so the signing is what is watched.

use std::sync::Arc;
use std::time::Duration;

use application::ports::files::{FileLinks, FilesError, PresignedUrl};
use async_trait::async_trait;
use domain::object_key::ObjectKey;
use shared::service::Files;

use super::access::{Access, objects};
use super::seen::Seen;

struct Watched {
    links: Arc<dyn FileLinks>,
    seen: Seen,
}

/// The same files, whose links are watched.
pub(super) fn watched(files: Files, seen: &Seen) -> Files {
    let links = Arc::new(Watched { links: files.links, seen: seen.clone() });
    Files { links, ..files }
}

#[async_trait]
impl FileLinks for Watched {
    async fn presigned_get(
        &self,
        key: &ObjectKey,
        file_name: &str,
        expires_in: Duration,
    ) -> Result<PresignedUrl, FilesError> {
        let resource = objects(key.as_str()).expect("one of the service's objects");
        self.seen.note([Access { action: "s3:GetObject".to_owned(), resource }]);
        self.links.presigned_get(key, file_name, expires_in).await
    }
}
