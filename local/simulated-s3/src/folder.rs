//! Where files are: bytes in `blobs`, called by random ids, and what they make up in `objects`.

use std::fs::{self, DirBuilder, File};
use std::io;
use std::path::{Path, PathBuf};

use uuid::Uuid;

/// The folder, made when the first byte is to be kept.
pub(crate) struct Folder {
    root: PathBuf,
    is_temporary: bool,
}

impl Folder {
    pub(crate) fn new(root: Option<PathBuf>) -> Self {
        let is_temporary = root.is_none();
        let root = root.unwrap_or_else(|| {
            std::env::temp_dir().join(format!("simulated-s3-{}", Uuid::new_v4()))
        });
        Self { root, is_temporary }
    }

    /// Where the bytes of this id are.
    pub(crate) fn blob(&self, id: Uuid) -> PathBuf {
        self.blobs().join(id.to_string())
    }

    /// An empty file for the bytes of this id.
    pub(crate) fn create_blob(&self, id: Uuid) -> io::Result<File> {
        private_folder(&self.blobs())?;
        File::create_new(self.blob(id))
    }

    /// Where bytes are.
    pub(crate) fn blobs(&self) -> PathBuf {
        self.root.join("blobs")
    }

    /// Where objects are.
    pub(crate) fn objects(&self) -> PathBuf {
        self.root.join("objects")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if self.is_temporary {
            let _ = fs::remove_dir_all(&self.root);
        }
    }
}

/// Makes a folder that only its owner reads, unless it is there.
pub(crate) fn private_folder(folder: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}
