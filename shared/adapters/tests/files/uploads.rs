//! What is written is stored once, wholly or not at all.

use application::ports::files::{FileStore as _, FilesError, Finished, StoredObject};
use aws_lc_rs::digest::{SHA256, digest};
use bytes::Bytes;
use domain::ids::{FileId, LeafUserId};
use domain::object_key::ObjectKey;

use crate::engine::{Files, bytes, key, pieces, with_files, with_strict_files};

const PART: usize = 8 * 1_024 * 1_024;

/// What is to be known of these bytes.
fn object(bytes: &Bytes) -> StoredObject {
    let sha256 = digest(&SHA256, bytes).as_ref().try_into().expect("32 bytes");
    StoredObject { size: bytes.len() as u64, sha256 }
}

#[tokio::test]
async fn what_is_written_is_read_again_whatever_its_length() {
    with_files(async |files: &Files| {
        for length in [0, 1, 65_521, PART - 1, PART, PART + 1, 2 * PART, 2 * PART + 12_345] {
            let (key, bytes) = (key(), bytes(length));
            let finished = files.put(&key, pieces(&bytes)).await.expect("stored");
            assert_eq!(finished, Finished::Stored(object(&bytes)), "{length}");
            assert!(files.read(&key).await == bytes, "{length}");
            let size = files.store.size(&key).await.expect("a size");
            assert_eq!(size, Some(length as u64));
        }
    })
    .await;
}

#[tokio::test]
async fn nothing_is_seen_before_the_end_and_nothing_after_an_upload_was_abandoned() {
    with_files(async |files: &Files| {
        let (key, bytes) = (key(), bytes(2 * PART + 1));
        let mut upload = files.store.begin(&key).await.expect("begun");
        for piece in pieces(&bytes) {
            upload.write(piece).await.expect("written");
        }
        assert_eq!(files.store.size(&key).await.expect("an answer"), None);
        upload.abandon().await;
        assert_eq!(files.store.size(&key).await.expect("an answer"), None);
    })
    .await;
}

#[tokio::test]
async fn what_is_interrupted_at_any_step_and_repeated_is_one_object() {
    with_files(async |files: &Files| {
        for (length, before) in
            [(100, 50), (3 * PART, 1), (3 * PART, PART + 1), (3 * PART, 3 * PART)]
        {
            let (key, bytes) = (key(), bytes(length));
            // A process that dies asks nobody to forget anything.
            let mut upload = files.store.begin(&key).await.expect("begun");
            for piece in pieces(&bytes.slice(..before)) {
                upload.write(piece).await.expect("written");
            }
            drop(upload);
            let again = files.put(&key, pieces(&bytes)).await.expect("stored");
            assert_eq!(again, Finished::Stored(object(&bytes)));
            // And one that dies before it has noted that the object is stored.
            let again = files.put(&key, pieces(&bytes)).await.expect("there");
            assert_eq!(again, Finished::AlreadyThere(object(&bytes)));
            assert!(files.read(&key).await == bytes);
        }
    })
    .await;
}

#[tokio::test]
async fn of_two_writers_of_one_file_both_are_right_and_one_stores_it() {
    with_strict_files(async |files: &Files| {
        for length in [1_000, 2 * PART + 1] {
            let (key, bytes) = (key(), bytes(length));
            let write = || files.put(&key, pieces(&bytes));
            let (one, other) = tokio::join!(write(), write());
            let mut ended = [one.expect("one"), other.expect("the other")];
            ended.sort_by_key(|finished| matches!(finished, Finished::AlreadyThere(_)));
            let object = object(&bytes);
            assert_eq!(
                ended,
                [Finished::Stored(object.clone()), Finished::AlreadyThere(object)],
                "{length}"
            );
            assert!(files.read(&key).await == bytes);
        }
    })
    .await;
}

#[tokio::test]
async fn an_object_is_never_changed() {
    with_files(async |files: &Files| {
        for length in [10, 2 * PART] {
            let (key, first, second) = (key(), bytes(length), bytes(length + 1));
            files.put(&key, pieces(&first)).await.expect("stored");
            let refused = files.put(&key, pieces(&second)).await.expect_err("another one is there");
            assert!(
                matches!(refused, FilesError::Taken { size } if size == length as u64),
                "{refused}"
            );
            assert!(files.read(&key).await == first);
        }
    })
    .await;
}

#[tokio::test]
async fn a_key_whose_beginning_is_another_key_is_another_object() {
    with_files(async |files: &Files| {
        let key = |number| ObjectKey::raw(LeafUserId::new([1; 16]), FileId::new([2; 16]), number);
        let (first, tenth) = (key(1), key(10));
        files.put(&tenth, pieces(&bytes(10))).await.expect("stored");
        assert_eq!(files.store.size(&first).await.expect("an answer"), None);
    })
    .await;
}
