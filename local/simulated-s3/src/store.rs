//! The objects, and how they come and go: each change is one step, for whoever looks and for the
//! disk.

use std::collections::BTreeMap;
use std::io;
use std::ops::Bound;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use s3s::dto::CompletedPart;
use s3s::{S3Error, S3Result, s3_error};

use crate::blob::{Blob, e_tag_of_parts};
use crate::descriptions::Descriptions;
use crate::folder::Folder;
use crate::object::{Name, Object, checksum};
use crate::reading::Source;
use crate::uploads::Uploads;

/// All objects and unfinished uploads.
pub(crate) struct Store {
    pub(crate) folder: Arc<Folder>,
    descriptions: Descriptions,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    objects: BTreeMap<Name, Object>,
    uploads: Uploads,
}

/// What must be true of a multipart upload before it becomes an object.
pub(crate) struct Claims<'a> {
    pub(crate) parts: &'a [CompletedPart],
    pub(crate) checksum: Option<&'a String>,
    pub(crate) size: Option<i64>,
    pub(crate) is_new: bool,
}

impl Store {
    /// What the folder holds.
    pub(crate) fn open(folder: Arc<Folder>) -> io::Result<Self> {
        let descriptions = Descriptions::new(folder.clone());
        let objects = descriptions.read()?.into_iter().map(|object| (object.name.clone(), object));
        let state = State { objects: objects.collect(), uploads: Uploads::default() };
        Ok(Self { folder, descriptions, state: Mutex::new(state) })
    }

    /// A panic cannot leave half a change behind: what is on the disk is changed first, in one
    /// step.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes an object of bytes that came in one request.
    pub(crate) fn put(
        &self,
        name: Name,
        mut blob: Blob,
        content_type: Option<String>,
        modified: i64,
        is_new: bool,
    ) -> S3Result<Object> {
        let object = Object::new(name, &[&blob], blob.e_tag(), content_type, modified);
        self.state().insert(&self.descriptions, object.clone(), is_new)?;
        blob.keep();
        Ok(object)
    }

    /// Begins an upload in parts, and tells its id.
    pub(crate) fn begin(&self, name: Name, content_type: Option<String>) -> String {
        self.state().uploads.begin(name, content_type)
    }

    /// An error unless there is this upload.
    pub(crate) fn expect_upload(&self, id: &str, name: &Name) -> S3Result<()> {
        self.state().uploads.get(id, name).map(|_| ())
    }

    /// Adds a part.
    pub(crate) fn add(&self, id: &str, name: &Name, number: i32, part: Blob) -> S3Result<()> {
        self.state().uploads.get(id, name)?.add(number, part);
        Ok(())
    }

    /// Makes an object of an upload's parts. One that is refused goes on.
    pub(crate) fn complete(
        &self,
        id: &str,
        name: &Name,
        claims: &Claims<'_>,
        modified: i64,
    ) -> S3Result<Object> {
        let mut state = self.state();
        let upload = state.uploads.get(id, name)?;
        let blobs = upload.listed(claims.parts)?;
        if claims.checksum.is_some_and(|claimed| *claimed != checksum(&blobs).to_header()) {
            return Err(s3_error!(BadDigest));
        }
        let content_type = upload.content_type.clone();
        let e_tag = e_tag_of_parts(&blobs);
        let object = Object::new(name.clone(), &blobs, e_tag, content_type, modified);
        if claims.size.is_some_and(|size| u64::try_from(size) != Ok(object.size())) {
            return Err(s3_error!(InvalidRequest, "The object has another size."));
        }
        state.insert(&self.descriptions, object.clone(), claims.is_new)?;
        // Parts that were not listed go with it.
        state.uploads.end(id, name)?.keep(claims.parts);
        Ok(object)
    }

    /// Forgets an upload and its parts.
    pub(crate) fn abort(&self, id: &str, name: &Name) -> S3Result<()> {
        self.state().uploads.end(id, name).map(drop)
    }

    /// An object.
    pub(crate) fn find(&self, name: &Name) -> Option<Object> {
        self.state().objects.get(name).cloned()
    }

    /// The files that an object's bytes are in.
    pub(crate) fn files(&self, object: &Object) -> Vec<Source> {
        object.blobs.iter().map(|blob| (self.folder.blob(blob.id), blob.size)).collect()
    }

    /// So many of a bucket's objects, in the order of their keys, whose keys begin so and are
    /// behind `after`; and one more, if there is one.
    pub(crate) fn list(
        &self,
        bucket: &str,
        prefix: &str,
        after: Option<&str>,
        limit: usize,
    ) -> Vec<Object> {
        let name = |key: &str| Name { bucket: bucket.to_owned(), key: key.to_owned() };
        let from = match after {
            Some(after) if after >= prefix => Bound::Excluded(name(after)),
            _ => Bound::Included(name(prefix)),
        };
        let state = self.state();
        let behind = state.objects.range((from, Bound::Unbounded));
        behind
            .take_while(|(name, _)| name.bucket == bucket && name.key.starts_with(prefix))
            .take(limit + 1)
            .map(|(_, object)| object.clone())
            .collect()
    }

    /// Deletes an object. Nothing happens when there is none.
    pub(crate) fn delete(&self, name: &Name) -> S3Result<()> {
        let mut state = self.state();
        let Some(object) = state.objects.get(name) else { return Ok(()) };
        self.descriptions.forget(object).map_err(S3Error::internal_error)?;
        state.objects.remove(name);
        Ok(())
    }
}

impl State {
    fn insert(
        &mut self,
        descriptions: &Descriptions,
        object: Object,
        is_new: bool,
    ) -> S3Result<()> {
        let before = self.objects.get(&object.name);
        if is_new && before.is_some() {
            return Err(s3_error!(PreconditionFailed));
        }
        descriptions.keep(&object).map_err(S3Error::internal_error)?;
        if let Some(before) = self.objects.insert(object.name.clone(), object) {
            descriptions.forget_bytes(&before);
        }
        Ok(())
    }
}
