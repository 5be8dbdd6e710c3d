//! The store of raw files.

use std::time::Duration;

use async_trait::async_trait;
use aws_config::SdkConfig;
use aws_sdk_s3::Client;
use aws_sdk_s3::config::Builder;
use aws_sdk_s3::config::timeout::TimeoutConfig;
use aws_sdk_s3::types::{Delete, ObjectIdentifier};

use super::bucket::Bucket;
use super::failure::{failed, strange};
use super::upload::S3Upload;
use application::ports::files::{Deletion, FileStore, FilesError, Upload};
use domain::object_key::{ObjectKey, ObjectPrefix};

/// How long one attempt at a request may take: a part at a megabit a second, and as long as S3 may
/// need to put many parts together. Without it, a connection that hangs would hang for good.
const ATTEMPT: Duration = Duration::from_mins(2);

/// The objects of a bucket.
pub struct S3Files {
    bucket: Bucket,
}

impl S3Files {
    /// The objects of this bucket, as the environment says how to reach them.
    pub fn from_config(config: &SdkConfig, bucket: &str) -> Self {
        let patience = TimeoutConfig::builder().operation_attempt_timeout(ATTEMPT).build();
        let config = Builder::from(config).timeout_config(patience).build();
        Self::new(Client::from_conf(config), bucket)
    }

    /// The objects of this bucket.
    pub fn new(client: Client, bucket: &str) -> Self {
        Self { bucket: Bucket { client, name: bucket.into() } }
    }
}

#[async_trait]
impl FileStore for S3Files {
    async fn begin(&self, key: &ObjectKey) -> Result<Box<dyn Upload>, FilesError> {
        Ok(Box::new(S3Upload::new(self.bucket.clone(), key.clone())))
    }

    async fn size(&self, key: &ObjectKey) -> Result<Option<u64>, FilesError> {
        self.bucket.size_of(key).await
    }

    async fn delete(&self, key: &ObjectKey) -> Result<(), FilesError> {
        let Bucket { client, name } = &self.bucket;
        let request = client.delete_object().bucket(&**name).key(key.as_str());
        request.send().await.map(|_| ()).map_err(failed("DeleteObject"))
    }

    async fn delete_below(&self, prefix: &ObjectPrefix) -> Result<Deletion, FilesError> {
        const LIST: &str = "ListObjectsV2";
        const DELETE: &str = "DeleteObjects";
        let Bucket { client, name } = &self.bucket;
        let request = client.list_objects_v2().bucket(&**name).prefix(prefix.as_str());
        let found = request.send().await.map_err(failed(LIST))?;
        let are_left = found.is_truncated().unwrap_or(false);
        let keys = found.contents().iter().filter_map(|object| object.key());
        let objects: Vec<_> = keys
            .map(|key| ObjectIdentifier::builder().key(key).build())
            .collect::<Result<_, _>>()
            .map_err(|_| strange(LIST, "an object has no key"))?;
        let deleted = objects.len();
        if deleted == 0 {
            return Ok(Deletion { deleted, are_left });
        }
        let delete = Delete::builder().set_objects(Some(objects)).quiet(true).build();
        let delete = delete.map_err(|_| strange(DELETE, "the request could not be made"))?;
        let request = client.delete_objects().bucket(&**name).delete(delete);
        let answer = request.send().await.map_err(failed(DELETE))?;
        match answer.errors().first() {
            None => Ok(Deletion { deleted, are_left }),
            // The others are gone.
            Some(error) => {
                Err(strange(DELETE, error.code().unwrap_or("an object could not be deleted")))
            }
        }
    }
}
