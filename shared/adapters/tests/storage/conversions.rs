//! What a converter made, in the row of its file.

use application::ports::catalogue::{Asked, Catalogue as _, Consent, FileFilter, OrderBy};
use domain::catalogue::conversion::{Conversion, ConverterMessage, NotMade, Output};
use domain::catalogue::entry::StoredFile;
use domain::catalogue::file_copy::StoredBytes;

use crate::catalogue::{farmer, listing, sync};
use crate::engine::{Store, with_store};
use crate::people::at;

/// A farmer's one file, whose bytes are here since the 20th second.
async fn stored_file(store: &Store, consent: &Consent) -> StoredFile {
    let user = consent.leaf_user_id;
    let asked = Asked {
        leaf_user_id: Some(user),
        by: OrderBy::Creation,
        descending: false,
        page: 0,
        size: 10,
    };
    let files = store.catalogue.files(&asked, &FileFilter::default()).await.expect("a page");
    let file = files.entries.into_iter().next().expect("a file").what;
    let begun = file.copy.begin(at(20)).expect("it is wanted");
    let file = store.catalogue.write_copy(Some(consent), user, &file, &begun, at(20)).await;
    let file = file.expect("begun");
    let file_name = "a.2020".to_owned();
    let bytes = StoredBytes { attempt: 1, size: 7, sha256: [7; 32], file_name };
    let done = begun.finish(1, bytes).expect("it counts");
    store.catalogue.write_copy(None, user, &file, &done, at(20)).await.expect("done")
}

#[tokio::test]
async fn what_a_converter_made_is_read_as_it_was_written_and_is_no_new_data() {
    with_store(async |store| {
        let (origin, consent, _) = farmer(store, "maria", "krwv4vYH").await;
        sync(store, &origin, &consent, &listing(&[1]), 10).await;
        let mut file = stored_file(store, &consent).await;
        let user = consent.leaf_user_id;
        let message = ConverterMessage::of("Only planting is read.");
        for (conversion, seconds) in [
            (Conversion::nothing(1, NotMade::Unsupported, message), 30),
            (
                Conversion {
                    of_attempt: 1,
                    standard_geojson: Output::Made { size: 1 << 40 },
                    summary: Output::NotMade(NotMade::NotJson),
                    message: None,
                },
                40,
            ),
        ] {
            let copy = file.copy.with_conversion(conversion.clone()).expect("it is of these");
            let now = at(seconds);
            let written = store.catalogue.write_copy(None, user, &file, &copy, now).await;
            file = written.expect("registered");
            let read = store.catalogue.files_of(user, &[file.entry.thing.id]).await.expect("read");
            assert_eq!(read, [file.clone()]);
            assert_eq!(read[0].copy.converted(), Some(&conversion));
            assert_eq!(read[0].entry.updated_at, now);
        }
        let copies = store.catalogue.copies(user).await.expect("read");
        assert_eq!((copies.processed, copies.last_data_at), (1, Some(at(20))));
        // A sync that has something to write of the file leaves it there.
        sync(store, &origin, &consent, &listing(&[]), 50).await;
        let read = store.catalogue.files_of(user, &[file.entry.thing.id]).await.expect("read");
        assert!(read[0].entry.removed_at.is_some(), "{read:?}");
        assert_eq!(read[0].copy, file.copy);
    })
    .await;
}
