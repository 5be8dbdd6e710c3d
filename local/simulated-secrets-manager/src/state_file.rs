//! The secrets on disk: one JSON document, replaced as a whole.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::secret::Secret;
use crate::store::Store;

/// Raised when a change to the document would be misread by an older reader.
const FORMAT: u32 = 1;

pub(crate) struct StateFile {
    path: PathBuf,
}

#[derive(Serialize)]
struct Saved<'a> {
    format: u32,
    secrets: Vec<&'a Secret>,
}

#[derive(Deserialize)]
struct Loaded {
    format: u32,
    secrets: Vec<Secret>,
}

impl StateFile {
    /// Reads the file, or starts one. Writing it at once shows a folder that is missing or not
    /// writable now, not at the first secret.
    ///
    /// # Errors
    /// `InvalidData` for a file that is not ours to read (the message names the file and the place,
    /// never the content), and whatever the file system says.
    pub(crate) fn open(path: PathBuf) -> io::Result<(Self, Store)> {
        let store = match fs::read(&path) {
            Ok(content) => load(&path, &content)?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => Store::default(),
            Err(error) => return Err(named(&path, &error)),
        };
        let file = Self { path };
        file.save(&store)?;
        Ok((file, store))
    }

    /// Replaces the file. After a crash there is the old content or the new one, never half of it.
    pub(crate) fn save(&self, store: &Store) -> io::Result<()> {
        let content =
            serde_json::to_vec(&Saved { format: FORMAT, secrets: store.secrets().collect() })?;
        let temporary = self.temporary_path()?;
        let replaced =
            write_private(&temporary, &content).and_then(|()| fs::rename(&temporary, &self.path));
        if replaced.is_err() {
            // It may not exist; what counts is the error that is on its way to the caller.
            let _ = fs::remove_file(&temporary);
        }
        replaced.and_then(|()| sync_folder(&self.path)).map_err(|error| named(&self.path, &error))
    }

    /// Beside the file: a rename is atomic only within one file system.
    fn temporary_path(&self) -> io::Result<PathBuf> {
        let name = self.path.file_name().ok_or_else(|| {
            io::Error::new(
                io::ErrorKind::InvalidInput,
                "the file for the simulated Secrets Manager has no file name",
            )
        })?;
        Ok(self.path.with_file_name(format!(".{}.{}.tmp", name.display(), Uuid::new_v4())))
    }
}

fn load(path: &Path, content: &[u8]) -> io::Result<Store> {
    let corrupt = |what: String| {
        let message = format!(
            "{} is not a file of the simulated Secrets Manager: {what}. Restore it, or move it \
             away to start empty.",
            path.display()
        );
        io::Error::new(io::ErrorKind::InvalidData, message)
    };
    // serde_json's message would quote the content, which is secret.
    let loaded: Loaded = serde_json::from_slice(content).map_err(|error| {
        corrupt(format!(
            "{:?} error at line {}, column {}",
            error.classify(),
            error.line(),
            error.column()
        ))
    })?;
    if loaded.format != FORMAT {
        return Err(corrupt(format!(
            "its format is {}, this program reads {FORMAT}",
            loaded.format
        )));
    }
    let mut store = Store::default();
    for secret in loaded.secrets {
        if store.by_name(&secret.name).is_some() {
            return Err(corrupt("a name appears twice".to_owned()));
        }
        store.insert(secret);
    }
    Ok(store)
}

fn write_private(path: &Path, content: &[u8]) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(content)?;
    file.sync_all()
}

/// Makes the rename itself durable, where a folder can be opened.
fn sync_folder(path: &Path) -> io::Result<()> {
    if cfg!(unix) {
        let folder =
            path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        File::open(folder)?.sync_all()?;
    }
    Ok(())
}

fn named(path: &Path, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{}: {error}", path.display()))
}
