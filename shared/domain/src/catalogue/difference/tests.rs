use super::*;
use crate::catalogue::file_copy::{CopyFailure, StoredBytes};
use crate::catalogue::origin::Origin;
use crate::client_environment::ClientEnvironment;
use crate::ids::LeafUserId;
use crate::operation::Operation;
use crate::organization_code::IndexKey;
use crate::shared_data::gathered::Gathered;
use crate::shared_data::{ProviderName, Season, SharedData, SharedField, SharedStream};

fn origin() -> Origin {
    let code = "krwv4vYH".parse().expect("a code");
    Origin {
        leaf_user_id: LeafUserId::new([1; 16]),
        operation: Operation::new(&IndexKey::new(&[1; 32]), ClientEnvironment::Stage, &code),
    }
}

fn at(day: u64) -> Timestamp {
    Timestamp::new(time::macros::datetime!(2026-11-28 12:00 UTC))
        .plus(std::time::Duration::from_hours(24 * day))
}

/// A listing of fields, each named by its client, its farm and itself, with streams `id task`.
fn listing(fields: &[(&str, &[&str])]) -> SharedData {
    let mut gathered = Gathered::default();
    for (name, streams) in fields {
        let names: Vec<_> = name.split('/').map(ProviderName::of).collect();
        let [client, farm, field] = <[_; 3]>::try_from(names).expect("three names");
        let stream = |text: &&str| {
            let (id, task) = text.split_once(' ').expect("an id and a task");
            SharedStream {
                id: id.parse().expect("an id"),
                season: Season::of("2026"),
                task_index: None,
                crop: ProviderName::of("Corn"),
                task: ProviderName::of(task),
            }
        };
        let field_id = field.as_ref().expect("a name").as_str().to_lowercase();
        gathered.add(SharedField {
            id: field_id.parse().expect("an id"),
            client,
            farm,
            name: field,
            streams: streams.iter().map(stream).collect(),
        });
    }
    gathered.into_shared_data()
}

/// What is stored after a listing.
fn follow(stored: &mut Stored, data: &SharedData, now: Timestamp) -> Difference {
    let snapshot = Snapshot::of(&origin(), data, &stored.files_of_streams());
    let difference = stored.difference(snapshot, now);
    let Difference { growers, farms, fields, field_operations, files } = difference.clone();
    stored.growers.extend(growers.into_iter().map(|entry| (entry.thing.id, entry)));
    stored.farms.extend(farms.into_iter().map(|entry| (entry.thing.id, entry)));
    stored.fields.extend(fields.into_iter().map(|entry| (entry.thing.id, entry)));
    let operations = field_operations.into_iter();
    stored.field_operations.extend(operations.map(|entry| (entry.thing.id, entry)));
    stored.files.extend(files.into_iter().map(|(file, _)| (file.entry.thing.id, file)));
    difference
}

/// Streams and fields that a difference touches, and how.
fn summary(difference: &Difference) -> Vec<String> {
    fn how<T>(entry: &Entry<T>) -> &'static str {
        match entry {
            Entry { revision: 1, .. } => "new",
            Entry { removed_at: Some(_), .. } => "removed",
            _ => "changed",
        }
    }
    let fields = difference.fields.iter();
    let fields = fields.map(|entry| format!("{} {}", entry.thing.provider_id, how(entry)));
    let files = difference.files.iter().map(|(file, _)| {
        let MachineFile { stream, position, .. } = &file.entry.thing;
        format!("{stream}.{position} {} v{}", how(&file.entry), file.copy.version)
    });
    let mut all: Vec<_> = fields.chain(files).collect();
    all.sort();
    all
}

const FIRST: &[(&str, &[&str])] =
    &[("Smith/Home/North", &["s1 Planting", "s2 Planting"]), ("Smith/Home/South", &["s3 Harvest"])];

#[test]
fn the_first_listing_is_all_new_and_the_same_again_is_no_difference() {
    let mut stored = Stored::default();
    let difference = follow(&mut stored, &listing(FIRST), at(0));
    assert_eq!(
        summary(&difference),
        ["north new", "s1.0 new v1", "s2.0 new v1", "s3.0 new v1", "south new"]
    );
    let counts = [stored.growers.len(), stored.farms.len(), stored.field_operations.len()];
    assert_eq!(counts, [1, 1, 2], "s1 and s2 are one field operation");
    let farm = &stored.farms.values().next().expect("a farm").thing;
    let grower = &stored.growers.values().next().expect("a grower").thing;
    assert_eq!((farm.grower, farm.fields.len()), (Some(grower.id), 2));
    assert!(grower.farms.contains(&farm.id));
    let reversed: Vec<_> = FIRST.iter().rev().copied().collect();
    assert!(follow(&mut stored, &listing(&reversed), at(1)).is_empty());
}

#[test]
fn what_leaves_is_marked_and_what_returns_is_the_same() {
    let mut stored = Stored::default();
    follow(&mut stored, &listing(FIRST), at(0));
    let ids: Vec<_> = stored.files.keys().copied().collect();
    let difference = follow(&mut stored, &listing(&FIRST[..1]), at(1));
    assert_eq!(summary(&difference), ["s3.0 removed v1", "south removed"]);
    assert!(follow(&mut stored, &listing(&FIRST[..1]), at(2)).is_empty(), "it stays marked");
    let difference = follow(&mut stored, &listing(FIRST), at(3));
    assert_eq!(summary(&difference), ["s3.0 changed v2", "south changed"], "it never came");
    assert_eq!(stored.files.keys().copied().collect::<Vec<_>>(), ids);
    assert!(stored.files.values().all(|file| file.entry.created_at == at(0)));

    // Sharing was off while the bytes were to be fetched; nothing of the listing has changed.
    for file in stored.files.values_mut() {
        file.copy = file.copy.stopped(CopyFailure::NoConsent);
    }
    let difference = follow(&mut stored, &listing(FIRST), at(4));
    assert_eq!(summary(&difference), ["s1.0 changed v2", "s2.0 changed v2", "s3.0 changed v3"]);
    assert!(follow(&mut stored, &listing(FIRST), at(5)).is_empty());
}

#[test]
fn bytes_are_fetched_again_when_what_was_recorded_changes_and_not_when_it_is_filed_elsewhere() {
    let mut stored = Stored::default();
    follow(&mut stored, &listing(FIRST), at(0));
    // It turns out that s1 has two files, and both are fetched.
    let first = stored.files.values().find(|file| file.entry.thing.stream.as_str() == "s1");
    let mut second = first.expect("s1's file").clone();
    second.entry.thing.id = origin().file(&second.entry.thing.stream, 1);
    second.entry.thing.position = 1;
    stored.files.insert(second.entry.thing.id, second);
    for file in stored.files.values_mut() {
        let begun = file.copy.begin(at(0)).expect("it is wanted");
        let stored = StoredBytes { attempt: 1, size: 7, sha256: [7; 32], file_name: "a".into() };
        file.copy = begun.finish(1, stored).expect("it counts");
    }
    let known = follow(&mut stored, &listing(FIRST), at(1));
    assert_eq!(summary(&known), ["north changed"], "the field has one file more");
    assert_eq!(known.field_operations.len(), 1, "and so has the field operation");

    let moved: &[(&str, &[&str])] = &[
        ("Smith/Home/North", &["s2 Planting"]),
        ("Smith/Home/South", &["s3 Tillage", "s1 Planting"]),
    ];
    let difference = follow(&mut stored, &listing(moved), at(2));
    assert_eq!(
        summary(&difference),
        ["north changed", "s1.0 changed v1", "s1.1 changed v1", "s3.0 changed v2", "south changed"]
    );
    let status = |id: &str| {
        let mut files = stored.files.values();
        let file = files.find(|file| file.entry.thing.stream.as_str() == id).expect("a file");
        (file.copy.status, file.copy.stored.is_some())
    };
    assert_eq!(status("s1"), (FileStatus::Processed, true));
    assert_eq!(status("s3"), (FileStatus::Processing, true), "the bytes before stay until then");
}

#[test]
fn the_streams_of_the_newest_season_come_first_and_what_is_not_fetched_waits_for_nothing() {
    let seasons = ["2024", "2026", "2023", "2026", "2025", "2022"];
    let streams = ["s0 A", "s1 A", "s2 A", "s3 A", "s4 A", "s5 A"];
    let mut fields = listing(&[("Smith/Home/North", &streams)]).into_fields();
    for (stream, season) in fields[0].streams.iter_mut().zip(seasons) {
        stream.season = Season::of(season);
    }
    let mut gathered = Gathered::default();
    for field in fields {
        gathered.add(field);
    }
    let data = gathered.into_shared_data();
    let mut stored = Stored::default();
    let difference = follow(&mut stored, &data, at(0));
    let later = |difference: &Difference| {
        let later = difference.later();
        let mut streams: Vec<_> = difference
            .files
            .iter()
            .map(|(file, _)| &file.entry.thing)
            .filter(|file| later.contains(&file.id))
            .map(|file| file.stream.as_str().to_owned())
            .collect();
        streams.sort();
        streams
    };
    assert_eq!(later(&difference), ["s0", "s2", "s5"]);
    // All are removed: nothing is to be fetched.
    let difference = follow(&mut stored, &listing(&[]), at(1));
    assert_eq!((difference.files.len(), later(&difference)), (6, Vec::<String>::new()));
}
