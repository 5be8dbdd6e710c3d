//! An object on its way: whole if it is small, else in parts.

use std::collections::BTreeMap;

use async_trait::async_trait;
use aws_lc_rs::digest::{Context, SHA256};
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{ChecksumAlgorithm, ChecksumType, CompletedMultipartUpload, CompletedPart};
use bytes::{Bytes, BytesMut};
use tokio::task::JoinSet;

use super::bucket::Bucket;
use super::checksum::Checksum;
use super::failure::{failed, strange};
use application::ports::files::{FilesError, Finished, StoredObject, Upload};
use domain::object_key::ObjectKey;

/// How long a part is, in bytes. S3 takes 10,000 parts, so an object may have 78 GiB.
const PART: usize = 8 * 1_024 * 1_024;

/// How many parts are sent at a time. With the one that is being filled, this bounds the memory: 24
/// MiB, beside what the connections hold.
const IN_FLIGHT: usize = 2;

/// What S3 answers when an object is there that should not be, when it is just being written, and
/// when the upload has become an object already, by a request whose answer was lost.
const THERE: [&str; 3] = ["PreconditionFailed", "ConditionalRequestConflict", "NoSuchUpload"];

/// An upload. The payload is not signed: TLS protects it, and the checksum, which is signed, names
/// it.
pub(super) struct S3Upload {
    bucket: Bucket,
    key: ObjectKey,
    filling: BytesMut,
    sha256: Context,
    size: u64,
    parts: Option<Parts>,
}

/// What was sent of an object that is too long for one request.
struct Parts {
    upload_id: String,
    last: i32,
    in_flight: JoinSet<Result<(i32, Part), FilesError>>,
    sent: BTreeMap<i32, Part>,
}

/// A part that S3 has.
struct Part {
    e_tag: String,
    checksum: Checksum,
}

impl S3Upload {
    pub(super) fn new(bucket: Bucket, key: ObjectKey) -> Self {
        let sha256 = Context::new(&SHA256);
        Self { bucket, key, filling: BytesMut::new(), sha256, size: 0, parts: None }
    }

    /// Sends what has gathered as the next part.
    async fn send_part(&mut self) -> Result<(), FilesError> {
        if self.parts.is_none() {
            self.parts = Some(self.begin().await?);
        }
        let Some(parts) = &mut self.parts else { return Ok(()) };
        while parts.in_flight.len() >= IN_FLIGHT {
            parts.wait_for_one().await?;
        }
        parts.last += 1;
        let body = self.filling.split().freeze();
        let (bucket, key) = (self.bucket.clone(), self.key.clone());
        parts.in_flight.spawn(send(bucket, key, parts.upload_id.clone(), parts.last, body));
        Ok(())
    }

    async fn begin(&self) -> Result<Parts, FilesError> {
        const OPERATION: &str = "CreateMultipartUpload";
        let Bucket { client, name } = &self.bucket;
        let request = client.create_multipart_upload().bucket(&**name).key(self.key.as_str());
        let request = request
            .checksum_algorithm(ChecksumAlgorithm::Crc64Nvme)
            .checksum_type(ChecksumType::FullObject);
        let answer = request.send().await.map_err(failed(OPERATION))?;
        let upload_id = answer.upload_id.ok_or_else(|| strange(OPERATION, "it has no id"))?;
        Ok(Parts { upload_id, last: 0, in_flight: JoinSet::new(), sent: BTreeMap::new() })
    }

    /// Stores all of it.
    async fn store(&mut self) -> Result<Finished, FilesError> {
        if self.parts.is_some() {
            self.send_part().await?;
        }
        let sha256 = self.sha256.clone().finish();
        let sha256 = sha256.as_ref().try_into().map_err(|_| strange("SHA-256", "its length"))?;
        let object = StoredObject { size: self.size, sha256 };
        let (checksum, attempt) = match &mut self.parts {
            None => {
                let bytes = self.filling.split().freeze();
                (Checksum::of(&bytes), put(&self.bucket, &self.key, bytes).await?)
            }
            Some(parts) => {
                while !parts.in_flight.is_empty() {
                    parts.wait_for_one().await?;
                }
                let checksums = parts.sent.values().map(|part| part.checksum);
                let whole = checksums.fold(Checksum::EMPTY, Checksum::followed_by);
                (whole, complete(&self.bucket, &self.key, parts, whole, self.size).await?)
            }
        };
        match attempt {
            Attempt::Stored(said) => match said {
                Some(said) if said != checksum.to_header() => {
                    Err(strange("a checksum", "S3 has other bytes than it was sent"))
                }
                _ => Ok(Finished::Stored(object)),
            },
            Attempt::Refused { operation, code } => match self.bucket.size_of(&self.key).await? {
                Some(size) if size == object.size => Ok(Finished::AlreadyThere(object)),
                Some(size) => Err(FilesError::Taken { size }),
                None => Err(FilesError::Store { operation, failure: code }),
            },
        }
    }

    /// Forgets the parts.
    async fn forget(&mut self) {
        let Some(mut parts) = self.parts.take() else { return };
        // A part that arrives later than this would stay.
        parts.in_flight.shutdown().await;
        let Bucket { client, name } = &self.bucket;
        let request = client.abort_multipart_upload().bucket(&**name).key(self.key.as_str());
        let aborted = request.upload_id(&parts.upload_id).send().await;
        if let Err(error) = aborted.map_err(failed("AbortMultipartUpload")) {
            tracing::warn!(%error, "an upload was not aborted; the bucket forgets it after a day");
        }
    }
}

#[async_trait]
impl Upload for S3Upload {
    async fn write(&mut self, mut bytes: Bytes) -> Result<(), FilesError> {
        self.sha256.update(&bytes);
        self.size += bytes.len() as u64;
        while !bytes.is_empty() {
            // Only when more comes: an object of one part is put whole.
            if self.filling.len() == PART {
                self.send_part().await?;
                self.filling.reserve(PART);
            }
            let fitting = bytes.len().min(PART - self.filling.len());
            self.filling.extend_from_slice(&bytes.split_to(fitting));
        }
        Ok(())
    }

    async fn finish(mut self: Box<Self>) -> Result<Finished, FilesError> {
        let finished = self.store().await;
        if !matches!(finished, Ok(Finished::Stored(_))) {
            self.forget().await;
        }
        finished
    }

    async fn abandon(mut self: Box<Self>) {
        self.forget().await;
    }
}

impl Parts {
    async fn wait_for_one(&mut self) -> Result<(), FilesError> {
        let Some(sent) = self.in_flight.join_next().await else { return Ok(()) };
        let (number, part) = sent.map_err(|_| strange("UploadPart", "it was not finished"))??;
        self.sent.insert(number, part);
        Ok(())
    }
}

/// How S3 took an object.
enum Attempt {
    /// It has it, and maybe says its checksum.
    Stored(Option<String>),
    /// It may have one already.
    Refused { operation: &'static str, code: String },
}

async fn send(
    bucket: Bucket,
    key: ObjectKey,
    upload_id: String,
    number: i32,
    bytes: Bytes,
) -> Result<(i32, Part), FilesError> {
    const OPERATION: &str = "UploadPart";
    let checksum = Checksum::of(&bytes);
    let request = bucket.client.upload_part().bucket(&*bucket.name).key(key.as_str());
    let request = request.upload_id(upload_id).part_number(number);
    let request = request.checksum_crc64_nvme(checksum.to_header());
    // `Bytes` can be sent again; a stream could not.
    let request = request.body(ByteStream::from(bytes)).customize().disable_payload_signing();
    let answer = request.send().await.map_err(failed(OPERATION))?;
    let e_tag = answer.e_tag.ok_or_else(|| strange(OPERATION, "it has no tag"))?;
    Ok((number, Part { e_tag, checksum }))
}

async fn put(bucket: &Bucket, key: &ObjectKey, bytes: Bytes) -> Result<Attempt, FilesError> {
    let request = bucket.client.put_object().bucket(&*bucket.name).key(key.as_str());
    let request = request.if_none_match("*");
    let request = request.checksum_crc64_nvme(Checksum::of(&bytes).to_header());
    let request = request.body(ByteStream::from(bytes)).customize().disable_payload_signing();
    let answer = request.send().await.map(|answer| answer.checksum_crc64_nvme);
    attempt("PutObject", answer)
}

async fn complete(
    bucket: &Bucket,
    key: &ObjectKey,
    parts: &Parts,
    whole: Checksum,
    size: u64,
) -> Result<Attempt, FilesError> {
    const OPERATION: &str = "CompleteMultipartUpload";
    let list = parts.sent.iter().map(|(number, part)| {
        let listed = CompletedPart::builder().part_number(*number).e_tag(&part.e_tag);
        listed.checksum_crc64_nvme(part.checksum.to_header()).build()
    });
    let list = CompletedMultipartUpload::builder().set_parts(Some(list.collect())).build();
    let size = i64::try_from(size).map_err(|_| strange(OPERATION, "it is too long"))?;
    let request = bucket.client.complete_multipart_upload().bucket(&*bucket.name);
    let request = request.key(key.as_str()).upload_id(&parts.upload_id).multipart_upload(list);
    let request = request.checksum_crc64_nvme(whole.to_header());
    let request = request.checksum_type(ChecksumType::FullObject).mpu_object_size(size);
    let answer = request.if_none_match("*").send().await;
    attempt(OPERATION, answer.map(|answer| answer.checksum_crc64_nvme))
}

fn attempt<E: ProvideErrorMetadata, R>(
    operation: &'static str,
    answer: Result<Option<String>, SdkError<E, R>>,
) -> Result<Attempt, FilesError> {
    let error = match answer {
        Ok(checksum) => return Ok(Attempt::Stored(checksum)),
        Err(error) => error,
    };
    let code = error.as_service_error().and_then(ProvideErrorMetadata::code);
    match code.filter(|code| THERE.contains(code)) {
        Some(code) => Ok(Attempt::Refused { operation, code: code.to_owned() }),
        None => Err(failed(operation)(error)),
    }
}
