//! A folder for a machine's data, deleted in the end.

use std::path::{Path, PathBuf};

use local::Data;
use serde_json::Value;
use uuid::Uuid;

/// A folder of its own.
pub(crate) struct DataFolder(PathBuf);

impl DataFolder {
    /// One that no machine has been in.
    pub(crate) fn new() -> Self {
        Self(Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("machine-{}", Uuid::new_v4())))
    }

    /// For [`local::Options::data`].
    pub(crate) fn data(&self) -> Data {
        Data::Folder(self.0.clone())
    }

    /// What is in the files whose names begin with `prefix`, by name.
    pub(crate) fn files(&self, prefix: &str) -> Vec<(String, Vec<u8>)> {
        let entries =
            std::fs::read_dir(&self.0).expect("a folder").map(|entry| entry.expect("an entry"));
        let named =
            entries.map(|entry| (entry.file_name().into_string().expect("UTF-8"), entry.path()));
        let wanted = named.filter(|(name, _)| name.starts_with(prefix));
        let files: Vec<_> =
            wanted.map(|(name, path)| (name, std::fs::read(path).expect("a file"))).collect();
        assert!(!files.is_empty(), "no file begins with {prefix}");
        files
    }

    /// Takes a secret out of a machine that is not running.
    pub(crate) fn forget_secret(&self, name: &str) {
        let file = self.0.join("secrets.json");
        let mut saved: Value =
            serde_json::from_slice(&std::fs::read(&file).expect("a file")).expect("JSON");
        let secrets = saved["secrets"].as_array_mut().expect("secrets");
        let before = secrets.len();
        secrets.retain(|secret| secret["name"] != name);
        assert_eq!(secrets.len(), before - 1, "{name}");
        std::fs::write(file, saved.to_string()).expect("written");
    }
}

impl Drop for DataFolder {
    fn drop(&mut self) {
        // A test that failed may hold it still; the folder is below target/.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
