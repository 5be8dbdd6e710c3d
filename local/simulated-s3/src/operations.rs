//! The operations, as s3s asks for them.

use std::ops::Range;
use std::sync::Arc;

use async_trait::async_trait;
use s3s::dto::{
    AbortMultipartUploadInput, AbortMultipartUploadOutput, ChecksumMode, ChecksumType,
    CompleteMultipartUploadInput, CompleteMultipartUploadOutput, CreateMultipartUploadInput,
    CreateMultipartUploadOutput, DeleteObjectInput, DeleteObjectOutput, DeleteObjectsInput,
    DeleteObjectsOutput, DeletedObject, ETag, ETagCondition, GetObjectInput, GetObjectOutput,
    HeadObjectInput, HeadObjectOutput, ListObjectsV2Input, ListObjectsV2Output, PutObjectInput,
    PutObjectOutput, StreamingBlob, Timestamp, UploadPartInput, UploadPartOutput,
};
use s3s::{Body, S3, S3Request, S3Response, S3Result, s3_error};
use time::OffsetDateTime;

use crate::blob::Blob;
use crate::object::{Name, Object};
use crate::reading::FromDisk;
use crate::store::{Claims, Store};

/// So many keys are listed at once at most, and so many deleted.
const PAGE: usize = 1_000;

/// Parts are numbered from 1 to this.
const LAST_PART: i32 = 10_000;

/// What the protocol's layer calls.
pub(crate) struct Service {
    store: Store,
    buckets: Vec<String>,
    now: Arc<dyn Fn() -> OffsetDateTime + Send + Sync>,
}

impl Service {
    pub(crate) fn new(
        store: Store,
        buckets: Vec<String>,
        now: Arc<dyn Fn() -> OffsetDateTime + Send + Sync>,
    ) -> Self {
        Self { store, buckets, now }
    }

    fn name(&self, bucket: &str, key: &str) -> S3Result<Name> {
        self.expect_bucket(bucket)?;
        Ok(Name { bucket: bucket.to_owned(), key: key.to_owned() })
    }

    fn expect_bucket(&self, bucket: &str) -> S3Result<()> {
        if self.buckets.iter().any(|known| known == bucket) {
            Ok(())
        } else {
            Err(s3_error!(NoSuchBucket))
        }
    }

    /// What is to be read. Whoever asks is taken for somebody who may not list the bucket, and such
    /// a one is not told that there is nothing.
    fn find(&self, bucket: &str, key: &str) -> S3Result<Object> {
        let name = self.name(bucket, key)?;
        self.store.find(&name).ok_or_else(|| s3_error!(AccessDenied, "Access Denied"))
    }

    fn now(&self) -> i64 {
        (self.now)().unix_timestamp()
    }
}

/// Whether a write is only to be done if there is no such object yet.
fn must_be_new(
    if_none_match: Option<&ETagCondition>,
    if_match: Option<&ETagCondition>,
) -> S3Result<bool> {
    match (if_none_match, if_match) {
        (None, None) => Ok(false),
        (Some(ETagCondition::Any), None) => Ok(true),
        _ => Err(not_here()),
    }
}

fn not_here() -> s3s::S3Error {
    s3_error!(NotImplemented, "This is not simulated.")
}

fn modified(object: &Object) -> Option<Timestamp> {
    OffsetDateTime::from_unix_timestamp(object.modified).ok().map(Timestamp::from)
}

/// Checksums are of whole objects, whatever parts they came in.
fn of_whole() -> ChecksumType {
    ChecksumType::from_static(ChecksumType::FULL_OBJECT)
}

fn size(bytes: u64) -> Option<i64> {
    i64::try_from(bytes).ok()
}

fn content_type(object: &Object) -> String {
    object.content_type.clone().unwrap_or_else(|| "binary/octet-stream".to_owned())
}

#[async_trait]
impl S3 for Service {
    async fn put_object(
        &self,
        request: S3Request<PutObjectInput>,
    ) -> S3Result<S3Response<PutObjectOutput>> {
        let input = request.input;
        let name = self.name(&input.bucket, &input.key)?;
        let is_new = must_be_new(input.if_none_match.as_ref(), input.if_match.as_ref())?;
        let blob = Blob::receive(&self.store.folder, input.body).await?;
        blob.check(
            input.checksum_crc64nvme.as_ref(),
            input.content_md5.as_ref(),
            input.content_length,
        )?;
        let object = self.store.put(name, blob, input.content_type, self.now(), is_new)?;
        Ok(S3Response::new(PutObjectOutput {
            checksum_crc64nvme: Some(object.checksum.to_header()),
            checksum_type: Some(of_whole()),
            e_tag: Some(ETag::Strong(object.e_tag)),
            ..PutObjectOutput::default()
        }))
    }

    async fn create_multipart_upload(
        &self,
        request: S3Request<CreateMultipartUploadInput>,
    ) -> S3Result<S3Response<CreateMultipartUploadOutput>> {
        let input = request.input;
        let id = self.store.begin(self.name(&input.bucket, &input.key)?, input.content_type);
        Ok(S3Response::new(CreateMultipartUploadOutput {
            bucket: Some(input.bucket),
            key: Some(input.key),
            checksum_algorithm: input.checksum_algorithm,
            checksum_type: input.checksum_type,
            upload_id: Some(id),
            ..CreateMultipartUploadOutput::default()
        }))
    }

    async fn upload_part(
        &self,
        request: S3Request<UploadPartInput>,
    ) -> S3Result<S3Response<UploadPartOutput>> {
        let input = request.input;
        let name = self.name(&input.bucket, &input.key)?;
        if !(1..=LAST_PART).contains(&input.part_number) {
            return Err(s3_error!(InvalidArgument, "Parts are numbered from 1 to 10000."));
        }
        self.store.expect_upload(&input.upload_id, &name)?;
        let blob = Blob::receive(&self.store.folder, input.body).await?;
        blob.check(
            input.checksum_crc64nvme.as_ref(),
            input.content_md5.as_ref(),
            input.content_length,
        )?;
        let (checksum, e_tag) = (blob.checksum.to_header(), blob.e_tag());
        self.store.add(&input.upload_id, &name, input.part_number, blob)?;
        Ok(S3Response::new(UploadPartOutput {
            checksum_crc64nvme: Some(checksum),
            e_tag: Some(ETag::Strong(e_tag)),
            ..UploadPartOutput::default()
        }))
    }

    async fn complete_multipart_upload(
        &self,
        request: S3Request<CompleteMultipartUploadInput>,
    ) -> S3Result<S3Response<CompleteMultipartUploadOutput>> {
        let input = request.input;
        let name = self.name(&input.bucket, &input.key)?;
        let parts = input.multipart_upload.and_then(|list| list.parts).unwrap_or_default();
        let claims = Claims {
            parts: &parts,
            checksum: input.checksum_crc64nvme.as_ref(),
            size: input.mpu_object_size,
            is_new: must_be_new(input.if_none_match.as_ref(), input.if_match.as_ref())?,
        };
        let object = self.store.complete(&input.upload_id, &name, &claims, self.now())?;
        Ok(S3Response::new(CompleteMultipartUploadOutput {
            bucket: Some(input.bucket),
            key: Some(input.key),
            checksum_crc64nvme: Some(object.checksum.to_header()),
            checksum_type: Some(of_whole()),
            e_tag: Some(ETag::Strong(object.e_tag)),
            ..CompleteMultipartUploadOutput::default()
        }))
    }

    async fn abort_multipart_upload(
        &self,
        request: S3Request<AbortMultipartUploadInput>,
    ) -> S3Result<S3Response<AbortMultipartUploadOutput>> {
        let input = request.input;
        self.store.abort(&input.upload_id, &self.name(&input.bucket, &input.key)?)?;
        Ok(S3Response::new(AbortMultipartUploadOutput::default()))
    }

    async fn get_object(
        &self,
        request: S3Request<GetObjectInput>,
    ) -> S3Result<S3Response<GetObjectOutput>> {
        let input = request.input;
        let is_conditional = input.if_match.is_some()
            || input.if_none_match.is_some()
            || input.if_modified_since.is_some()
            || input.if_unmodified_since.is_some();
        if is_conditional || input.part_number.is_some() {
            return Err(not_here());
        }
        let object = self.find(&input.bucket, &input.key)?;
        let all = object.size();
        let Range { start, end } = match &input.range {
            Some(range) => range.check(all)?,
            None => 0..all,
        };
        let wants_checksum = input
            .checksum_mode
            .is_some_and(|mode| mode.as_str() == ChecksumMode::ENABLED && input.range.is_none());
        let body = FromDisk::new(self.store.files(&object), start..end);
        Ok(S3Response::new(GetObjectOutput {
            accept_ranges: Some("bytes".to_owned()),
            body: Some(StreamingBlob::from(Body::http_body_unsync(body))),
            checksum_crc64nvme: wants_checksum.then(|| object.checksum.to_header()),
            checksum_type: wants_checksum.then(of_whole),
            content_length: size(end - start),
            content_range: input.range.map(|_| format!("bytes {start}-{}/{all}", end - 1)),
            content_type: Some(content_type(&object)),
            last_modified: modified(&object),
            e_tag: Some(ETag::Strong(object.e_tag)),
            ..GetObjectOutput::default()
        }))
    }

    async fn head_object(
        &self,
        request: S3Request<HeadObjectInput>,
    ) -> S3Result<S3Response<HeadObjectOutput>> {
        let input = request.input;
        let object = self.find(&input.bucket, &input.key)?;
        let wants_checksum =
            input.checksum_mode.is_some_and(|mode| mode.as_str() == ChecksumMode::ENABLED);
        Ok(S3Response::new(HeadObjectOutput {
            accept_ranges: Some("bytes".to_owned()),
            checksum_crc64nvme: wants_checksum.then(|| object.checksum.to_header()),
            checksum_type: wants_checksum.then(of_whole),
            content_length: size(object.size()),
            content_type: Some(content_type(&object)),
            last_modified: modified(&object),
            e_tag: Some(ETag::Strong(object.e_tag)),
            ..HeadObjectOutput::default()
        }))
    }

    async fn list_objects_v2(
        &self,
        request: S3Request<ListObjectsV2Input>,
    ) -> S3Result<S3Response<ListObjectsV2Output>> {
        let input = request.input;
        self.expect_bucket(&input.bucket)?;
        if input.delimiter.as_ref().is_some_and(|delimiter| !delimiter.is_empty()) {
            return Err(not_here());
        }
        let limit = usize::try_from(input.max_keys.unwrap_or(i32::MAX)).unwrap_or(0).min(PAGE);
        let after = input.continuation_token.as_deref().or(input.start_after.as_deref());
        let prefix = input.prefix.as_deref().unwrap_or_default();
        let mut found = self.store.list(&input.bucket, prefix, after, limit);
        let is_truncated = limit > 0 && found.len() > limit;
        found.truncate(limit);
        let last = found.last().map(|object| object.name.key.clone());
        let contents: Vec<_> = found
            .into_iter()
            .map(|object| s3s::dto::Object {
                size: size(object.size()),
                last_modified: modified(&object),
                e_tag: Some(ETag::Strong(object.e_tag)),
                key: Some(object.name.key),
                ..s3s::dto::Object::default()
            })
            .collect();
        Ok(S3Response::new(ListObjectsV2Output {
            name: Some(input.bucket),
            prefix: input.prefix,
            max_keys: i32::try_from(limit).ok(),
            key_count: i32::try_from(contents.len()).ok(),
            is_truncated: Some(is_truncated),
            next_continuation_token: last.filter(|_| is_truncated),
            continuation_token: input.continuation_token,
            start_after: input.start_after,
            contents: Some(contents),
            ..ListObjectsV2Output::default()
        }))
    }

    async fn delete_object(
        &self,
        request: S3Request<DeleteObjectInput>,
    ) -> S3Result<S3Response<DeleteObjectOutput>> {
        let input = request.input;
        if input.if_match.is_some() {
            return Err(not_here());
        }
        self.store.delete(&self.name(&input.bucket, &input.key)?)?;
        Ok(S3Response::new(DeleteObjectOutput::default()))
    }

    async fn delete_objects(
        &self,
        request: S3Request<DeleteObjectsInput>,
    ) -> S3Result<S3Response<DeleteObjectsOutput>> {
        let input = request.input;
        if input.delete.objects.len() > PAGE {
            return Err(s3_error!(MalformedXML));
        }
        let mut deleted = Vec::new();
        for object in input.delete.objects {
            self.store.delete(&self.name(&input.bucket, &object.key)?)?;
            deleted.push(DeletedObject { key: Some(object.key), ..DeletedObject::default() });
        }
        let is_quiet = input.delete.quiet.unwrap_or(false);
        Ok(S3Response::new(DeleteObjectsOutput {
            deleted: (!is_quiet).then_some(deleted),
            ..DeleteObjectsOutput::default()
        }))
    }
}
