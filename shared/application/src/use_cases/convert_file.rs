//! Has a file converted, and registers what its converter made.
//!
//! A converter is the partner's function, and may be wrong, slow or dead: its answer says only that
//! it is done. What counts is what is found in the bucket afterwards, and it is registered with the
//! very bytes that it was made of. Whoever dies anywhere leaves at most objects that the next
//! attempt finds again under the same keys.
//!
//! What a farmer shared stays the partner's when sharing ends, so converting needs no consent. But
//! where a deletion was asked for, of the Leaf user or of its data, nothing is converted, and
//! nothing that a converter wrote meanwhile stays: it may write for as long as a look of that
//! deletion lasts, and longer than there are rows.

use crate::ports::Ports;
use crate::ports::catalogue::CatalogueError;
use crate::ports::converter::{Answer, ToConvert, Verdict};
use crate::ports::files::FilesError;
use crate::ports::store_error::StoreError;
use crate::use_cases::file_summary::{FileSummary, MOST_BYTES, read_summary};
use crate::use_cases::resume_handshake::Remaining;
use crate::use_cases::store_stream::Try;
use domain::catalogue::conversion::{Conversion, NotMade, Output};
use domain::catalogue::entry::StoredFile;
use domain::ids::{FileId, LeafUserId};
use domain::object_key::{ObjectKey, ObjectPrefix};
use domain::timestamp::Timestamp;

/// A file could not be worked on: to be tried again.
#[derive(Debug, thiserror::Error)]
pub enum ConvertFileError {
    /// The bucket failed.
    #[error(transparent)]
    Files(#[from] FilesError),
    /// The table failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What is to happen to a file that was converted already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Converted {
    /// It stays as it is.
    Stays,
    /// It is converted anew: the converter has become another one.
    Anew,
}

/// Has the bytes converted that are stored of a file.
///
/// # Errors
/// See [`ConvertFileError`].
pub async fn convert_file(
    ports: &Ports,
    user: LeafUserId,
    id: FileId,
    converted: Converted,
    this: Try,
) -> Result<Remaining, ConvertFileError> {
    if !ports.converter.is_configured() {
        return Ok(Remaining::Nothing);
    }
    let begun = ports.clock.now();
    let Some(file) = there(ports, user, id, begun).await? else {
        delete_outputs(ports, user, id).await?;
        return Ok(Remaining::Nothing);
    };
    let Some(stored) = &file.copy.stored else { return Ok(Remaining::Nothing) };
    if let Some(before) = &file.copy.conversion {
        let is_of_these = before.of_attempt == stored.attempt;
        if is_of_these && !before.is_given_up() && converted == Converted::Stays {
            return Ok(Remaining::Nothing);
        }
        if !is_of_these {
            // What it was made of is gone, too. The row is what remembers it, until it is written.
            let number = before.of_attempt;
            ports.files.delete(&ObjectKey::standard_geojson(user, id, number)).await?;
            ports.files.delete(&ObjectKey::summary(user, id, number)).await?;
        }
    }
    let number = stored.attempt;
    let wanted = ToConvert {
        leaf_user_id: user,
        file_id: id,
        format: stored.format(),
        raw: ObjectKey::raw(user, id, number),
        standard_geojson: ObjectKey::standard_geojson(user, id, number),
        summary: ObjectKey::summary(user, id, number),
    };
    let (conversion, left) = match ports.converter.convert(&wanted).await {
        Ok(answer) => (found(ports, number, &wanted, answer).await?, Remaining::Nothing),
        Err(error) => {
            tracing::warn!(%error, file_id = %id, "a file is not converted yet");
            if this == Try::OneOfMany {
                return Ok(Remaining::Something);
            }
            // The last delivery ends among the dead letters: somebody is to see it.
            (Conversion::nothing(number, NotMade::GivenUp, None), Remaining::Something)
        }
    };
    // A deletion is asked for first, and takes the objects afterwards: where nobody has asked yet,
    // what was written until now is found.
    let is_registered = !is_to_be_forgotten(ports, user, begun).await?
        && register(ports, user, file, &conversion).await?;
    if is_registered {
        return Ok(left);
    }
    match there(ports, user, id, begun).await? {
        // Other bytes are stored by now, and have a message of their own.
        Some(_) => {
            ports.files.delete(&wanted.standard_geojson).await?;
            ports.files.delete(&wanted.summary).await?;
        }
        None => delete_outputs(ports, user, id).await?,
    }
    Ok(Remaining::Nothing)
}

/// The file, if there is one that is to stay.
async fn there(
    ports: &Ports,
    user: LeafUserId,
    id: FileId,
    begun: Timestamp,
) -> Result<Option<StoredFile>, StoreError> {
    if is_to_be_forgotten(ports, user, begun).await? {
        return Ok(None);
    }
    Ok(ports.catalogue.files_of(user, &[id]).await?.pop())
}

/// Whether the Leaf user is gone, or its data is to go, or has gone since this began.
async fn is_to_be_forgotten(
    ports: &Ports,
    user: LeafUserId,
    begun: Timestamp,
) -> Result<bool, StoreError> {
    if ports.leaf_users.find(user).await?.is_none() {
        return Ok(true);
    }
    let leaving = ports.catalogue.leaving(user).await?;
    Ok(leaving.is_some_and(|leaving| !leaving.is_done() || leaving.requested_at >= begun))
}

/// What a converter that has answered has made.
async fn found(
    ports: &Ports,
    number: u32,
    wanted: &ToConvert,
    answer: Answer,
) -> Result<Conversion, ConvertFileError> {
    let Answer { verdict, message } = answer;
    Ok(match verdict {
        Verdict::Converted => Conversion {
            of_attempt: number,
            standard_geojson: match ports.files.size(&wanted.standard_geojson).await? {
                Some(size) => Output::Made { size },
                None => Output::NotMade(NotMade::Missing),
            },
            summary: summary(ports, &wanted.summary).await?,
            message,
        },
        Verdict::Unsupported => Conversion::nothing(number, NotMade::Unsupported, message),
        Verdict::Failed => Conversion::nothing(number, NotMade::Failed, message),
    })
}

async fn summary(ports: &Ports, key: &ObjectKey) -> Result<Output, ConvertFileError> {
    // The listing is asked first: reading what is not there is refused to whom may not list.
    let Some(size) = ports.files.size(key).await? else {
        return Ok(Output::NotMade(NotMade::Missing));
    };
    if size > MOST_BYTES as u64 {
        return Ok(Output::NotMade(NotMade::TooLarge));
    }
    Ok(match read_summary(ports, key).await? {
        FileSummary::Json(_) => Output::Made { size },
        FileSummary::None(why) => Output::NotMade(why),
    })
}

/// Writes it to the file's row, whatever the row has become meanwhile; whether it could, for the
/// bytes that were converted may have been replaced, or be gone.
async fn register(
    ports: &Ports,
    user: LeafUserId,
    file: StoredFile,
    conversion: &Conversion,
) -> Result<bool, StoreError> {
    let id = file.entry.thing.id;
    let mut found = Some(file);
    while let Some(file) = found {
        let Some(next) = file.copy.with_conversion(conversion.clone()) else { return Ok(false) };
        let now = ports.clock.now();
        match ports.catalogue.write_copy(None, user, &file, &next, now).await {
            Ok(_) => return Ok(true),
            Err(CatalogueError::Conflict | CatalogueError::NoConsent) => {
                found = ports.catalogue.files_of(user, &[id]).await?.pop();
            }
            Err(CatalogueError::Store(error)) => return Err(error),
        }
    }
    Ok(false)
}

/// Deletes whatever was made of a file that is gone.
async fn delete_outputs(ports: &Ports, user: LeafUserId, id: FileId) -> Result<(), FilesError> {
    let prefix = ObjectPrefix::converted(user, id);
    while ports.files.delete_below(&prefix).await?.are_left {}
    Ok(())
}
