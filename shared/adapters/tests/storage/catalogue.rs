//! The catalogue: written with the farmer's consent, counted, listed in every order.

use std::collections::BTreeSet;

use application::ports::app_keys::AppKeys as _;
use application::ports::catalogue::{
    Asked, Catalogue as _, CatalogueError, Consent, CopyStatus, FileFilter, Of, OperationFilter,
    OrderBy, SyncState,
};
use application::ports::connections::{Connections as _, StatusChange};
use application::ports::portion::Portion;
use domain::catalogue::difference::{Difference, Stored};
use domain::catalogue::entry::StoredFile;
use domain::catalogue::file_copy::{FileCopy, StoredBytes};
use domain::catalogue::operation_type::OperationType;
use domain::catalogue::origin::Origin;
use domain::catalogue::snapshot::Snapshot;
use domain::credential::{Credential, CredentialStatus};
use domain::ids::{CredentialId, LeafUserId};
use domain::shared_data::gathered::Gathered;
use domain::shared_data::{ProviderName, Season, SharedData, SharedField, SharedStream};
use domain::timestamp::Timestamp;
use uuid::Uuid;

use crate::engine::{Store, with_store};
use crate::people::{at, connect, event, operation, partner, settler};

pub(crate) const EVERYTHING: Asked =
    Asked { leaf_user_id: None, by: OrderBy::Creation, descending: false, page: 0, size: 100 };

pub(crate) fn of(user: LeafUserId) -> Asked {
    Asked { leaf_user_id: Some(user), ..EVERYTHING }
}

/// Fields with so many streams each, planted and harvested in turn.
pub(crate) fn listing(streams: &[usize]) -> SharedData {
    let mut gathered = Gathered::default();
    for (place, count) in streams.iter().enumerate() {
        let stream = |number: usize| SharedStream {
            id: format!("s-{place}-{number}").parse().expect("an id"),
            season: Season::of("2026"),
            task_index: None,
            crop: ProviderName::of("Corn"),
            task: ProviderName::of(if number.is_multiple_of(2) { "Planting" } else { "Harvest" }),
        };
        gathered.add(SharedField {
            id: format!("field-{place}").parse().expect("an id"),
            client: ProviderName::of("Smith"),
            farm: ProviderName::of("Home"),
            name: ProviderName::of(&format!("Field {place}")),
            streams: (0..*count).map(stream).collect(),
        });
    }
    gathered.into_shared_data()
}

/// A connected farmer.
pub(crate) async fn farmer(store: &Store, name: &str, code: &str) -> (Origin, Consent, Credential) {
    let app_key = partner(&store.table, &format!("key-{name}")).await;
    let user = settler(&store.table, name).await;
    let (_, credential) = connect(&store.table, &user, &app_key, code).await;
    let origin = Origin { leaf_user_id: user.id, operation: operation(code) };
    (origin, Consent::of(&credential), credential)
}

async fn difference(
    store: &Store,
    origin: &Origin,
    data: &SharedData,
    now: Timestamp,
) -> Difference {
    let stored = store.catalogue.stored(origin.leaf_user_id).await.expect("read");
    let snapshot = Snapshot::of(origin, data, &stored.files_of_streams());
    stored.difference(snapshot, now)
}

pub(crate) async fn sync(
    store: &Store,
    origin: &Origin,
    consent: &Consent,
    data: &SharedData,
    seconds: u64,
) {
    let difference = difference(store, origin, data, at(seconds)).await;
    store.catalogue.write(consent, &difference).await.expect("written");
}

pub(crate) async fn files(
    store: &Store,
    asked: Asked,
    filter: FileFilter,
) -> Portion<Of<StoredFile>> {
    store.catalogue.files(&asked, &filter).await.expect("a page")
}

fn streams(portion: &Portion<Of<StoredFile>>) -> Vec<String> {
    portion.entries.iter().map(|file| file.what.entry.thing.stream.to_string()).collect()
}

fn bytes(attempt: u32, size: u64, name: &str) -> StoredBytes {
    StoredBytes { attempt, size, sha256: [7; 32], file_name: name.to_owned() }
}

#[tokio::test]
async fn nothing_is_written_without_the_farmers_consent() {
    with_store(async |store| {
        let (origin, consent, credential) = farmer(store, "maria", "krwv4vYH").await;
        let data = listing(&[2]);
        let wanted = difference(store, &origin, &data, at(10)).await;
        let state = SyncState {
            credential_id: credential.id,
            digest: data.digest(),
            synced_at: at(10),
            growers: 1,
            farms: 1,
            fields: 1,
        };
        let another = Consent { credential_id: CredentialId(Uuid::new_v4()), ..consent };
        let refused = store.catalogue.write(&another, &wanted).await;
        assert!(matches!(refused, Err(CatalogueError::NoConsent)), "{refused:?}");
        store.catalogue.write(&consent, &wanted).await.expect("written");
        store.catalogue.note_sync(&consent, &state).await.expect("noted");
        let user = origin.leaf_user_id;
        assert_eq!(store.catalogue.sync_state(user).await.expect("read"), Some(state.clone()));

        let app_key = store.table.find(&credential.app_key).await.expect("read");
        let (app_key, entry) = (app_key.expect("an app key"), credential.entry());
        let event = event(20, "Switched off.");
        let to = CredentialStatus::Revoked;
        let (app_key, event) = (&app_key, &event);
        let change = StatusChange { entry: &entry, to, app_key, event, is_followed: true };
        store.table.change_status(&change).await.expect("revoked");
        let file = files(store, of(user), FileFilter::default()).await.entries.remove(0).what;
        let begun = file.copy.begin(at(30)).expect("it is wanted");
        let more = difference(store, &origin, &listing(&[3]), at(30)).await;
        for refused in [
            store.catalogue.write(&consent, &more).await,
            store.catalogue.note_sync(&consent, &state).await,
            store
                .catalogue
                .write_copy(Some(&consent), user, &file, &begun, at(30))
                .await
                .map(|_| ()),
        ] {
            assert!(matches!(refused, Err(CatalogueError::NoConsent)), "{refused:?}");
        }
        // How an attempt ended is written all the same.
        store.catalogue.write_copy(None, user, &file, &begun, at(30)).await.expect("written");
        assert_eq!(files(store, of(user), FileFilter::default()).await.total, Some(2));
    })
    .await;
}

#[tokio::test]
async fn what_is_written_is_what_is_read_and_a_second_writer_is_refused() {
    with_store(async |store| {
        let (origin, consent, _) = farmer(store, "maria", "krwv4vYH").await;
        let data = listing(&[3, 2]);
        let first = difference(store, &origin, &data, at(10)).await;
        store.catalogue.write(&consent, &first).await.expect("written");
        let again = store.catalogue.write(&consent, &first).await;
        assert!(matches!(again, Err(CatalogueError::Conflict)), "{again:?}");
        assert!(difference(store, &origin, &data, at(20)).await.is_empty());
        let stored = store.catalogue.stored(origin.leaf_user_id).await.expect("read");
        let mut expected = Stored::default();
        let Difference { growers, farms, fields, field_operations, files } = first;
        expected.growers.extend(growers.into_iter().map(|entry| (entry.thing.id, entry)));
        expected.farms.extend(farms.into_iter().map(|entry| (entry.thing.id, entry)));
        expected.fields.extend(fields.into_iter().map(|entry| (entry.thing.id, entry)));
        let operations = field_operations.into_iter();
        expected.field_operations.extend(operations.map(|entry| (entry.thing.id, entry)));
        expected.files.extend(files.into_iter().map(|(file, _)| (file.entry.thing.id, file)));
        assert_eq!(stored, expected);

        // What left is marked, and is changed only once.
        let gone = difference(store, &origin, &listing(&[3]), at(30)).await;
        store.catalogue.write(&consent, &gone).await.expect("written");
        assert!(difference(store, &origin, &listing(&[3]), at(40)).await.is_empty());
        let user = origin.leaf_user_id;
        let fields = store.catalogue.fields(&of(user), None).await.expect("a page");
        // What was listed at one moment is in the order of ids.
        let mut removed: Vec<_> = fields.entries.iter().map(|of| of.what.removed_at).collect();
        removed.sort();
        assert_eq!((removed, fields.total), (vec![None, Some(at(30))], Some(2)));
    })
    .await;
}

#[tokio::test]
async fn a_listing_of_hundreds_is_written_in_portions_and_counted() {
    with_store(async |store| {
        let (maria, consent, _) = farmer(store, "maria", "krwv4vYH").await;
        let (dale, dales, _) = farmer(store, "dale", "ab12CD34").await;
        sync(store, &maria, &consent, &listing(&[120, 90]), 10).await;
        sync(store, &dale, &dales, &listing(&[7]), 20).await;
        let page = Asked { page: 2, ..of(maria.leaf_user_id) };
        let last = files(store, page, FileFilter::default()).await;
        assert_eq!((last.entries.len(), last.total), (10, Some(210)));
        let all = files(store, EVERYTHING, FileFilter::default()).await;
        assert_eq!((all.entries.len(), all.total), (100, Some(217)));
        let harvested = Some(OperationType::Harvested);
        let filter = FileFilter { operation_type: harvested, ..FileFilter::default() };
        assert_eq!(files(store, EVERYTHING, filter).await.total, Some(60 + 45 + 3));
        assert_eq!(files(store, of(dale.leaf_user_id), filter).await.total, Some(3));
        let since = FileFilter { created_from: Some(at(15)), ..FileFilter::default() };
        assert_eq!(files(store, EVERYTHING, since).await.total, Some(7));
        let copies = store.catalogue.copies(maria.leaf_user_id).await.expect("read");
        assert_eq!((copies.processing, copies.processed), (210, 0));
    })
    .await;
}

#[tokio::test]
async fn files_are_in_the_order_that_is_asked_for() {
    with_store(async |store| {
        let (maria, consent, _) = farmer(store, "maria", "krwv4vYH").await;
        let (dale, dales, _) = farmer(store, "dale", "ab12CD34").await;
        sync(store, &maria, &consent, &listing(&[1]), 10).await;
        sync(store, &maria, &consent, &listing(&[3]), 20).await;
        sync(store, &dale, &dales, &listing(&[0, 1]), 15).await;
        let stored = store.catalogue.stored(maria.leaf_user_id).await.expect("read");
        let user = maria.leaf_user_id;
        for (stream, size, name, seconds) in
            [("s-0-2", 5, "b.2020", 30), ("s-0-0", 70, "A.2020", 40), ("s-0-1", 9, "c.dat", 50)]
        {
            let mut all = stored.files.values();
            let file = all.find(|file| file.entry.thing.stream.as_str() == stream).expect("it");
            let begun = file.copy.begin(at(seconds)).expect("it is wanted");
            let written =
                store.catalogue.write_copy(Some(&consent), user, file, &begun, at(seconds)).await;
            let written = written.expect("begun");
            let done = begun.finish(1, bytes(1, size, name)).expect("it counts");
            store
                .catalogue
                .write_copy(None, user, &written, &done, at(seconds))
                .await
                .expect("done");
            let stale = store.catalogue.write_copy(None, user, file, &done, at(60)).await;
            assert!(matches!(stale, Err(CatalogueError::Conflict)), "{stale:?}");
        }
        let copies = store.catalogue.copies(user).await.expect("read");
        assert_eq!((copies.processing, copies.processed, copies.failed), (0, 3, 0));
        assert_eq!(copies.last_data_at, Some(at(50)));

        for (by, mine, all) in [
            (OrderBy::Creation, "s-0-0 s-0-1 s-0-2", "s-0-0 s-1-0 s-0-1 s-0-2"),
            (OrderBy::Update, "s-0-2 s-0-0 s-0-1", "s-1-0 s-0-2 s-0-0 s-0-1"),
            (OrderBy::Size, "s-0-2 s-0-1 s-0-0", "s-1-0 s-0-2 s-0-1 s-0-0"),
            (OrderBy::Name, "s-0-0 s-0-2 s-0-1", "s-1-0 s-0-0 s-0-2 s-0-1"),
        ] {
            // What was created at one moment is in the order of ids, which look random.
            let in_order = |text: &str, asked: Asked, found: Vec<String>| {
                let expected: Vec<_> = text.split(' ').map(ToOwned::to_owned).collect();
                if by == OrderBy::Creation {
                    let all = |list: &[String]| list.iter().cloned().collect::<BTreeSet<_>>();
                    assert_eq!(all(&expected), all(&found));
                    assert_eq!(expected[0], found[0]);
                } else {
                    assert_eq!(expected, found, "{asked:?}");
                }
            };
            let asked = Asked { by, ..of(user) };
            in_order(mine, asked, streams(&files(store, asked, FileFilter::default()).await));
            let asked = Asked { by, ..EVERYTHING };
            let found = streams(&files(store, asked, FileFilter::default()).await);
            in_order(all, asked, found.clone());
            let reversed = files(store, Asked { descending: true, ..asked }, FileFilter::default());
            let mut reversed = streams(&reversed.await);
            reversed.reverse();
            assert_eq!(reversed, found);
            let mut pages = Vec::new();
            for page in 0..2 {
                let asked = Asked { page, size: 3, ..asked };
                let portion = files(store, asked, FileFilter::default()).await;
                assert_eq!(portion.total, Some(4));
                pages.extend(streams(&portion));
            }
            assert_eq!(pages, found);
        }
        for (by, total) in [(OrderBy::Id, 4), (OrderBy::LeafUser, 4)] {
            let all = files(store, Asked { by, ..EVERYTHING }, FileFilter::default()).await;
            assert_eq!((all.entries.len(), all.total), (total, Some(4)));
            let mine = files(store, Asked { by, ..of(user) }, FileFilter::default()).await;
            assert_eq!((mine.entries.len(), mine.total), (3, Some(3)));
        }

        for (status, expected) in
            [(CopyStatus::Processing, 1), (CopyStatus::Processed, 3), (CopyStatus::Failed, 0)]
        {
            for by in [OrderBy::Creation, OrderBy::Name] {
                let filter = FileFilter { status: Some(status), ..FileFilter::default() };
                let found = files(store, Asked { by, ..EVERYTHING }, filter).await;
                assert_eq!((found.entries.len() as u64, found.total), (expected, Some(expected)));
            }
        }
        let filter = FileFilter { updated_from: Some(at(35)), ..FileFilter::default() };
        for by in [OrderBy::Update, OrderBy::Creation] {
            assert_eq!(files(store, Asked { by, ..EVERYTHING }, filter).await.total, Some(2));
        }
        let both = FileFilter {
            status: Some(CopyStatus::Processed),
            operation_type: Some(OperationType::Planted),
            ..FileFilter::default()
        };
        assert_eq!(files(store, EVERYTHING, both).await.total, Some(2));
    })
    .await;
}

#[tokio::test]
async fn things_are_found_by_what_they_belong_to_and_by_their_ids() {
    with_store(async |store| {
        let (maria, consent, _) = farmer(store, "maria", "krwv4vYH").await;
        let (dale, dales, _) = farmer(store, "dale", "ab12CD34").await;
        sync(store, &maria, &consent, &listing(&[2, 1]), 10).await;
        sync(store, &dale, &dales, &listing(&[1]), 10).await;
        let user = maria.leaf_user_id;
        let stored = store.catalogue.stored(user).await.expect("read");
        let farm = stored.farms.values().next().expect("a farm");
        for asked in [EVERYTHING, of(user), Asked { by: OrderBy::Name, ..EVERYTHING }] {
            let fields = store.catalogue.fields(&asked, Some(farm.thing.id)).await.expect("fields");
            assert_eq!((fields.entries.len(), fields.total), (2, Some(2)), "{asked:?}");
            let field = stored.fields.values().find(|field| field.thing.files.len() == 2);
            let filter = OperationFilter {
                field: Some(field.expect("a field").thing.id),
                ..OperationFilter::default()
            };
            let found = store.catalogue.field_operations(&asked, &filter).await.expect("some");
            assert_eq!((found.entries.len(), found.total), (2, Some(2)), "{asked:?}");
            let of_field = FileFilter { field: filter.field, ..FileFilter::default() };
            let found = files(store, asked, of_field).await;
            assert_eq!((found.entries.len(), found.total), (2, Some(2)), "{asked:?}");
            let grower = stored.growers.keys().next().copied();
            let found = store.catalogue.farms(&asked, grower).await.expect("farms");
            assert_eq!((found.entries.len(), found.total), (1, Some(1)), "{asked:?}");
            let planted =
                OperationFilter { operation_type: Some(OperationType::Planted), ..filter };
            let found = store.catalogue.field_operations(&asked, &planted).await.expect("some");
            assert_eq!((found.entries.len(), found.total), (1, Some(1)), "{asked:?}");
        }
        let of_dale = store.catalogue.fields(&of(dale.leaf_user_id), Some(farm.thing.id)).await;
        assert_eq!(of_dale.expect("fields").entries, [], "not his farm");
        let nowhere = domain::catalogue::origin::FarmId(1);
        let none = store.catalogue.fields(&EVERYTHING, Some(nowhere)).await.expect("none");
        assert_eq!((none.entries.len(), none.total), (0, Some(0)));

        let file = stored.files.values().next().expect("a file");
        let id = file.entry.thing.id;
        let found = store.catalogue.file(id).await.expect("read");
        assert_eq!(found, Some(Of { leaf_user_id: user, what: file.clone() }));
        let mine = store.catalogue.files_of(user, &[id]).await.expect("read");
        assert_eq!(mine, std::slice::from_ref(file));
        let his = store.catalogue.files_of(dale.leaf_user_id, &[id]).await.expect("read");
        assert_eq!(his, []);
        let operation = file.entry.thing.field_operation;
        let found = store.catalogue.field_operation(operation).await.expect("read");
        assert_eq!(found.map(|of| of.what.thing.id), Some(operation));
        // An id of a file is none of a field operation.
        let other = domain::ids::FieldOperationId(id.0);
        assert_eq!(store.catalogue.field_operation(other).await.expect("read"), None);
    })
    .await;
}

#[tokio::test]
async fn a_file_that_turns_out_later_is_added_once_to_what_it_belongs_to() {
    with_store(async |store| {
        let (origin, consent, _) = farmer(store, "maria", "krwv4vYH").await;
        let data = listing(&[1]);
        sync(store, &origin, &consent, &data, 10).await;
        let user = origin.leaf_user_id;
        let stored = store.catalogue.stored(user).await.expect("read");
        let mut second = stored.files.values().next().expect("a file").clone();
        let first = second.entry.thing.id;
        second.entry.thing.id = origin.file(&second.entry.thing.stream, 1);
        second.entry.thing.position = 1;
        second.entry.revision = 1;
        second.copy = FileCopy::wanted();
        for _ in 0..2 {
            store.catalogue.add_file(&consent, first, &second).await.expect("added");
        }
        assert_eq!(files(store, of(user), FileFilter::default()).await.total, Some(2));
        assert_eq!(store.catalogue.copies(user).await.expect("read").processing, 2);
        assert!(difference(store, &origin, &data, at(20)).await.is_empty(), "it is known");

        sync(store, &origin, &consent, &listing(&[]), 30).await;
        let mut third = second.clone();
        third.entry.thing.id = origin.file(&second.entry.thing.stream, 2);
        let late = store.catalogue.add_file(&consent, first, &third).await;
        assert!(matches!(late, Err(CatalogueError::Conflict)), "{late:?}");
    })
    .await;
}
