//! A bucket, and what may be asked of it without the right to read its objects.

use std::sync::Arc;

use aws_sdk_s3::Client;

use super::failure::{failed, strange};
use application::ports::files::FilesError;
use domain::object_key::ObjectKey;

/// A bucket. Cheap to clone.
#[derive(Clone)]
pub(super) struct Bucket {
    pub(super) client: Client,
    pub(super) name: Arc<str>,
}

impl Bucket {
    /// The size of an object. A listing tells it: asking for the object's head needs the right to
    /// read the object.
    pub(super) async fn size_of(&self, key: &ObjectKey) -> Result<Option<u64>, FilesError> {
        const OPERATION: &str = "ListObjectsV2";
        let request = self.client.list_objects_v2().bucket(&*self.name).prefix(key.as_str());
        // Of all keys that begin with this one, it is the first.
        let found = request.max_keys(1).send().await.map_err(failed(OPERATION))?;
        let object = found.contents().iter().find(|object| object.key() == Some(key.as_str()));
        let Some(object) = object else { return Ok(None) };
        let size = object.size().and_then(|size| u64::try_from(size).ok());
        size.map(Some).ok_or_else(|| strange(OPERATION, "an object has no size"))
    }
}
