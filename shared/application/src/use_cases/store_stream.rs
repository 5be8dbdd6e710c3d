//! Fetches the files of a stream and stores their bytes.
//!
//! A file is first a row, then bytes, then a row that says how many and which: in that order, each
//! step repeatable. An attempt writes an object of its own ([`domain::catalogue::file_copy`]), so
//! whoever dies anywhere leaves at most an object that the next attempt knows of and deletes. Every
//! attempt begins in one transaction with the farmer's consent.

mod copy;

use std::time::Duration;

use crate::ports::Ports;
use crate::ports::catalogue::{CatalogueError, Consent};
use crate::ports::files::FilesError;
use crate::ports::store_error::StoreError;
use crate::ports::upstream::UpstreamError;
use crate::use_cases::resume_handshake::Remaining;
use domain::catalogue::entry::{Entry, MachineFile, StoredFile};
use domain::catalogue::file_copy::{CopyFailure, FileCopy, FileStatus, NotNow};
use domain::catalogue::origin::Origin;
use domain::credential::{Credential, CredentialStatus};
use domain::download_url::DownloadUrl;
use domain::ids::{FileId, LeafUserId};
use domain::object_key::ObjectKey;

use copy::copy;

/// How long after a file was noted at its credential another one is.
const DATA_NOTED_AGAIN_AFTER: Duration = Duration::from_hours(1);

/// The most files of one stream. Those that were seen have a few.
const MOST_FILES: u16 = 100;

/// A stream could not be worked on: to be tried again.
#[derive(Debug, thiserror::Error)]
pub enum StoreStreamError {
    /// Panorama did not answer.
    #[error(transparent)]
    Upstream(#[from] UpstreamError),
    /// The bucket failed.
    #[error(transparent)]
    Files(#[from] FilesError),
    /// The table failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Somebody else has written the row meanwhile.
    #[error("somebody else has written the file's row meanwhile")]
    Conflict,
}

/// How often a stream was tried already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Try {
    /// There will be others.
    OneOfMany,
    /// It is the last: what does not work now is given up.
    Last,
}

/// Fetches what is wanted of a stream, by the id of its first file.
///
/// # Errors
/// See [`StoreStreamError`].
pub async fn store_stream(
    ports: &Ports,
    user: LeafUserId,
    first: FileId,
    this: Try,
) -> Result<Remaining, StoreStreamError> {
    let account = ports.connections.account(user).await?;
    let credential = account.and_then(|account| account.credential);
    let is_active = |credential: &Credential| credential.status == CredentialStatus::Active;
    let stored = match credential.filter(is_active) {
        None => Err(Stopped::NoConsent),
        Some(credential) => {
            // Read after the credential. A row that is being deleted is of an earlier connection,
            // and this one's are not written before that is done.
            let leaving = ports.catalogue.leaving(user).await?;
            if leaving.is_some_and(|leaving| !leaving.is_done()) {
                return Ok(Remaining::Nothing);
            }
            let consent = Consent::of(&credential);
            Stream { ports, consent, credential: &credential }.store(first, this).await
        }
    };
    match stored {
        Ok(left) => Ok(left),
        Err(Stopped::NoConsent) => {
            stop(ports, user, first).await?;
            Ok(Remaining::Nothing)
        }
        Err(Stopped::Error(error)) => Err(error),
    }
}

/// Notes at a file that it is not fetched because the farmer does not share it now. Once the farmer
/// does again, the next sync finds it.
async fn stop(ports: &Ports, user: LeafUserId, first: FileId) -> Result<(), StoreStreamError> {
    let Some(file) = ports.catalogue.files_of(user, &[first]).await?.pop() else { return Ok(()) };
    let stopped = file.copy.stopped(CopyFailure::NoConsent);
    if stopped == file.copy {
        return Ok(());
    }
    let now = ports.clock.now();
    match ports.catalogue.write_copy(None, user, &file, &stopped, now).await {
        Ok(_) => Ok(()),
        Err(CatalogueError::Store(error)) => Err(error.into()),
        Err(CatalogueError::Conflict | CatalogueError::NoConsent) => {
            Err(StoreStreamError::Conflict)
        }
    }
}

/// Why the work ended.
enum Stopped {
    NoConsent,
    Error(StoreStreamError),
}

impl<E: Into<StoreStreamError>> From<E> for Stopped {
    fn from(error: E) -> Self {
        Self::Error(error.into())
    }
}

impl From<CatalogueError> for Stopped {
    fn from(error: CatalogueError) -> Self {
        match error {
            CatalogueError::NoConsent => Self::NoConsent,
            CatalogueError::Conflict => Self::Error(StoreStreamError::Conflict),
            CatalogueError::Store(error) => Self::Error(error.into()),
        }
    }
}

/// A stream that is worked on.
struct Stream<'a> {
    ports: &'a Ports,
    consent: Consent,
    credential: &'a Credential,
}

impl Stream<'_> {
    async fn store(&self, first: FileId, this: Try) -> Result<Remaining, Stopped> {
        let files = self.known_files(first).await?;
        let Some(head) = files.first().map(|file| file.entry.clone()) else {
            return Ok(Remaining::Nothing);
        };
        let mut wanted = Vec::new();
        for file in files {
            let file = self.without_left_over(file).await?;
            if head.removed_at.is_some() || file.entry.removed_at.is_some() {
                self.stop(&file).await?;
                continue;
            }
            let file = if file.copy.is_given_up() {
                self.write(&file, &file.copy.wanted_again(), true).await?
            } else {
                file
            };
            if file.copy.status == FileStatus::Processing {
                wanted.push(file);
            }
        }
        if wanted.is_empty() {
            return Ok(Remaining::Nothing);
        }
        let Credential { app_key, organization_code, .. } = self.credential;
        let account = &self.ports.partner_account;
        let urls = account.download_urls(app_key, organization_code, &head.thing.stream).await;
        let urls = match urls {
            Ok(urls) => urls,
            Err(UpstreamError::Refused { status: 404 | 410 }) => Vec::new(),
            Err(error) if this == Try::Last => {
                tracing::warn!(%error, "the files of a stream are given up");
                for file in &wanted {
                    self.give_up(file, CopyFailure::GivenUp).await?;
                }
                return Err(error.into());
            }
            Err(error) => return Err(error.into()),
        };
        self.add_found(&head, &urls, &mut wanted).await?;
        let mut left = Remaining::Nothing;
        for file in wanted {
            let url = urls.get(usize::from(file.entry.thing.position));
            if self.fetch(file, url, this).await? == Remaining::Something {
                left = Remaining::Something;
            }
        }
        Ok(left)
    }

    /// The stream's files that there are rows of, by their places in it.
    async fn known_files(&self, first: FileId) -> Result<Vec<StoredFile>, StoreError> {
        let user = self.credential.leaf_user_id;
        let Some(head) = self.ports.catalogue.files_of(user, &[first]).await?.pop() else {
            return Ok(Vec::new());
        };
        let ids: Vec<_> = (0..MOST_FILES)
            .map(|place| self.origin().file(&head.entry.thing.stream, place))
            .collect();
        // Another operation's, that the Leaf user had before, is not this one's to give.
        if ids.first() != Some(&first) {
            return Ok(Vec::new());
        }
        self.ports.catalogue.files_of(user, &ids).await
    }

    fn origin(&self) -> Origin {
        Origin {
            leaf_user_id: self.credential.leaf_user_id,
            operation: self.credential.operation.clone(),
        }
    }

    /// Adds rows for the files that nobody knew of.
    async fn add_found(
        &self,
        head: &Entry<MachineFile>,
        urls: &[DownloadUrl],
        wanted: &mut Vec<StoredFile>,
    ) -> Result<(), Stopped> {
        let user = self.credential.leaf_user_id;
        let count = u16::try_from(urls.len()).unwrap_or(u16::MAX);
        if count > MOST_FILES {
            tracing::warn!(count, of = MOST_FILES, "a stream has more files than are stored");
        }
        for position in 1..count.min(MOST_FILES) {
            let id = self.origin().file(&head.thing.stream, position);
            if !self.ports.catalogue.files_of(user, &[id]).await?.is_empty() {
                continue;
            }
            let mut entry = head.clone();
            (entry.thing.id, entry.thing.position) = (id, position);
            let now = self.ports.clock.now();
            (entry.created_at, entry.updated_at, entry.revision) = (now, now, 1);
            let file = StoredFile { entry, copy: FileCopy::wanted() };
            self.ports.catalogue.add_file(&self.consent, head.thing.id, &file).await?;
            wanted.push(file);
        }
        Ok(())
    }

    /// What Panorama lists no more is not fetched: of a stream that leaves the listing while its
    /// files turn out, one may still be wanted.
    async fn stop(&self, file: &StoredFile) -> Result<(), Stopped> {
        let stopped = file.copy.stopped(CopyFailure::NotListed);
        if stopped != file.copy {
            self.write(file, &stopped, true).await?;
        }
        Ok(())
    }

    async fn fetch(
        &self,
        file: StoredFile,
        url: Option<&DownloadUrl>,
        this: Try,
    ) -> Result<Remaining, Stopped> {
        let now = self.ports.clock.now();
        let begun = match file.copy.begin(now) {
            Ok(begun) => self.write(&file, &begun, true).await?,
            Err(NotNow::Nothing) => return Ok(Remaining::Nothing),
            Err(NotNow::UnderWay { .. }) => return Ok(Remaining::Something),
        };
        let begun = self.without_left_over(begun).await?;
        let FileCopy { version, attempts, .. } = begun.copy;
        let Some(url) = url else {
            let why = CopyFailure::NoDownload;
            return self.end(&begun, |copy| copy.fail(version, attempts, why)).await;
        };
        let key = self.key(&begun, attempts);
        match copy(self.ports, url, &key).await {
            Ok(copied) => {
                self.note_data().await?;
                let bytes = copied.into_stored(attempts, &begun.entry.thing, url);
                self.end(&begun, |copy| copy.finish(version, bytes.clone())).await
            }
            Err(copy::Failed::ForGood(why)) => {
                self.end(&begun, |copy| copy.fail(version, attempts, why)).await
            }
            Err(copy::Failed::ForNow(failure)) => {
                tracing::warn!(failure, "a file is not fetched yet");
                if this == Try::Last {
                    let why = CopyFailure::GivenUp;
                    self.end(&begun, |copy| copy.fail(version, attempts, why)).await?;
                } else {
                    self.end(&begun, |copy| copy.put_off(attempts)).await?;
                }
                // The last delivery, too, ends among the dead letters: somebody is to see it.
                Ok(Remaining::Something)
            }
        }
    }

    /// Notes at the credential that a file has come, at most once an hour: the first sync of a farm
    /// has thousands. Before the file's own row says so: whoever dies between the two does it
    /// again.
    async fn note_data(&self) -> Result<(), StoreError> {
        let now = self.ports.clock.now();
        if now < self.credential.silent_since.plus(DATA_NOTED_AGAIN_AFTER) {
            return Ok(());
        }
        self.ports.connection_list.note_data(self.credential, now).await
    }

    async fn give_up(&self, file: &StoredFile, why: CopyFailure) -> Result<(), Stopped> {
        let Ok(begun) = file.copy.begin(self.ports.clock.now()) else { return Ok(()) };
        let begun = self.write(file, &begun, true).await?;
        let FileCopy { version, attempts, .. } = begun.copy;
        self.end(&begun, |copy| copy.fail(version, attempts, why)).await.map(|_| ())
    }

    /// Writes how an attempt ended, over whatever the row has become meanwhile; an attempt that
    /// does not count any more leaves nothing. Whether the file is to be fetched once more.
    async fn end(
        &self,
        begun: &StoredFile,
        ended: impl Fn(&FileCopy) -> Option<FileCopy>,
    ) -> Result<Remaining, Stopped> {
        let user = self.credential.leaf_user_id;
        let attempt = begun.copy.attempts;
        let mut file = Some(begun.clone());
        while let Some(found) = file {
            let next = ended(&found.copy).or_else(|| found.copy.put_off(attempt));
            let Some(next) = next else { break };
            match self.write(&found, &next, false).await {
                Ok(written) => {
                    let written = self.without_left_over(written).await?;
                    return Ok(match written.copy.status {
                        FileStatus::Processing => Remaining::Something,
                        FileStatus::Processed | FileStatus::Failed(_) => Remaining::Nothing,
                    });
                }
                Err(Stopped::Error(StoreStreamError::Conflict)) => {
                    let id = begun.entry.thing.id;
                    file = self.ports.catalogue.files_of(user, &[id]).await?.pop();
                }
                Err(other) => return Err(other),
            }
        }
        self.ports.files.delete(&self.key(begun, attempt)).await?;
        Ok(Remaining::Nothing)
    }

    async fn write(
        &self,
        before: &StoredFile,
        copy: &FileCopy,
        asks: bool,
    ) -> Result<StoredFile, Stopped> {
        let (consent, user) = (asks.then_some(&self.consent), self.credential.leaf_user_id);
        let now = self.ports.clock.now();
        Ok(self.ports.catalogue.write_copy(consent, user, before, copy, now).await?)
    }

    /// Deletes the objects that nobody needs, and then forgets them.
    async fn without_left_over(&self, file: StoredFile) -> Result<StoredFile, Stopped> {
        if file.copy.left_over.is_empty() {
            return Ok(file);
        }
        for attempt in &file.copy.left_over {
            self.ports.files.delete(&self.key(&file, *attempt)).await?;
        }
        let cleaned = file.copy.cleaned(&file.copy.left_over);
        self.write(&file, &cleaned, false).await
    }

    fn key(&self, file: &StoredFile, attempt: u32) -> ObjectKey {
        ObjectKey::raw(self.credential.leaf_user_id, file.entry.thing.id, attempt)
    }
}
