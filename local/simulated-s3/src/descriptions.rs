//! What is kept of objects beside their bytes: a file each, called by a hash of the object's name.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use s3s::crypto::{Checksum as _, Sha256};
use uuid::Uuid;

use crate::folder::{Folder, private_folder};
use crate::object::{Name, Object};

/// The objects in a folder.
pub(crate) struct Descriptions(Arc<Folder>);

impl Descriptions {
    pub(crate) fn new(folder: Arc<Folder>) -> Self {
        Self(folder)
    }

    /// All objects. Bytes that belong to none are what an interrupted process left; they go.
    pub(crate) fn read(&self) -> io::Result<Vec<Object>> {
        let mut objects = Vec::new();
        for path in files(&self.0.objects())? {
            if path.extension().is_some_and(|extension| extension == "json") {
                objects.push(serde_json::from_slice(&fs::read(&path)?)?);
            }
        }
        for path in files(&self.0.blobs())? {
            let id = path.file_name().and_then(|name| name.to_str()?.parse::<Uuid>().ok());
            let is_needed = |id| objects.iter().any(|object: &Object| object.has_blob(id));
            if id.is_some_and(|id| !is_needed(id)) {
                fs::remove_file(path)?;
            }
        }
        Ok(objects)
    }

    /// Keeps what is known of an object, in the place of what was known of its name.
    pub(crate) fn keep(&self, object: &Object) -> io::Result<()> {
        private_folder(&self.0.objects())?;
        let path = self.path(&object.name);
        let part = path.with_extension("part");
        fs::write(&part, serde_json::to_vec(object)?)?;
        fs::rename(part, path)
    }

    /// Forgets an object, and then its bytes.
    pub(crate) fn forget(&self, object: &Object) -> io::Result<()> {
        fs::remove_file(self.path(&object.name))?;
        self.forget_bytes(object);
        Ok(())
    }

    /// Forgets the bytes of an object that is known no longer. Those that stay in spite of it go
    /// with the next start.
    pub(crate) fn forget_bytes(&self, object: &Object) {
        for blob in &object.blobs {
            let _ = fs::remove_file(self.0.blob(blob.id));
        }
    }

    fn path(&self, name: &Name) -> PathBuf {
        let hash: [u8; 32] = Sha256::checksum(format!("{}\0{}", name.bucket, name.key).as_bytes());
        let [high, low] = [&hash[..16], &hash[16..]]
            .map(|half| u128::from_be_bytes(half.try_into().unwrap_or_default()));
        self.0.objects().join(format!("{high:032x}{low:032x}.json"))
    }
}

/// The files in a folder; none if there is no such folder.
fn files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(error),
        Ok(entries) => entries.map(|entry| Ok(entry?.path())).collect(),
    }
}
