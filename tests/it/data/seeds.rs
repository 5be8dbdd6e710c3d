//! What there is to read, put into the catalogue through its port.

use application::ports::catalogue::{Asked, Consent, FileFilter, OrderBy, SyncState};
use application::ports::clock::Clock as _;
use domain::catalogue::entry::StoredFile;
use domain::catalogue::file_copy::{CopyFailure, StoredBytes};
use domain::catalogue::origin::Origin;
use domain::catalogue::snapshot::Snapshot;
use domain::ids::LeafUserId;
use domain::shared_data::gathered::Gathered;
use domain::shared_data::{ProviderName, Season, SharedData, SharedField, SharedStream};
use shared::service::Service;

use crate::world::World;

/// A stream: its id, its task and its crop.
pub(crate) type Stream = (&'static str, &'static str, &'static str);

/// A field: its grower, its farm, its own name, which is Panorama's id of it, too, and its streams.
pub(crate) type Shares<'a> = (&'a str, &'a str, &'a str, &'a [Stream]);

/// Three fields of two growers, and four streams.
pub(crate) const SHARED: [Shares<'static>; 3] = [
    (
        "Smith",
        "Home",
        "north",
        &[("s1", "Planting", "Corn"), ("s2", "Harvest", "Corn"), ("s3", "Scouting", "Soybeans")],
    ),
    ("Smith", "River", "south", &[("s4", "Spraying", "Corn")]),
    ("Jones", "Home", "west", &[]),
];

fn listing(shares: &[Shares<'_>]) -> SharedData {
    let mut gathered = Gathered::default();
    for (client, farm, name, streams) in shares {
        let stream = |(id, task, crop): &Stream| SharedStream {
            id: id.parse().expect("an id"),
            season: Season::of("2026"),
            task_index: None,
            crop: ProviderName::of(crop),
            task: ProviderName::of(task),
        };
        gathered.add(SharedField {
            id: name.parse().expect("an id"),
            client: ProviderName::of(client),
            farm: ProviderName::of(farm),
            name: ProviderName::of(name),
            streams: streams.iter().map(stream).collect(),
        });
    }
    gathered.into_shared_data()
}

impl World {
    /// Whose catalogue it is: in proxy mode Leaf's.
    fn keeper(&self) -> &Service {
        &self.machine.leaf.as_deref().unwrap_or(&self.machine).service
    }

    async fn consent(&self, user: LeafUserId) -> (Origin, Consent) {
        let account = self.keeper().ports.connections.account(user).await.expect("read");
        let credential = account.expect("a Leaf user").credential.expect("it is connected");
        let operation = credential.operation.clone();
        (Origin { leaf_user_id: user, operation }, Consent::of(&credential))
    }

    /// A connected farmer's operation shares this, as of now.
    pub(crate) async fn shares(&self, user: &str, shares: &[Shares<'_>]) {
        let catalogue = &self.keeper().ports.catalogue;
        let user = user.parse().expect("an id");
        let (origin, consent) = self.consent(user).await;
        let (data, now) = (listing(shares), self.clock.now());
        let stored = catalogue.stored(user).await.expect("read");
        let snapshot = Snapshot::of(&origin, &data, &stored.files_of_streams());
        let state = SyncState {
            credential_id: consent.credential_id,
            digest: data.digest(),
            synced_at: now,
            growers: snapshot.growers.len() as u64,
            farms: snapshot.farms.len() as u64,
            fields: snapshot.fields.len() as u64,
        };
        let difference = stored.difference(snapshot, now);
        catalogue.write(&consent, &difference).await.expect("written");
        catalogue.note_sync(&consent, &state).await.expect("noted");
    }

    /// The bytes of a stream's file are here, or will not come if there is no name.
    pub(crate) async fn stored(&self, user: &str, stream: &str, name: Option<(&str, u64)>) {
        let catalogue = &self.keeper().ports.catalogue;
        let user = user.parse().expect("an id");
        let (_, consent) = self.consent(user).await;
        let asked = Asked {
            leaf_user_id: Some(user),
            by: OrderBy::Creation,
            descending: false,
            page: 0,
            size: 100,
        };
        let files = catalogue.files(&asked, &FileFilter::default()).await.expect("files");
        let of_stream =
            |file: &StoredFile| file.entry.thing.stream == stream.parse().expect("an id");
        let file = files.entries.into_iter().map(|of| of.what).find(of_stream).expect("a file");
        let now = self.clock.now();
        let begun = file.copy.begin(now).expect("it is wanted");
        let (version, attempt) = (begun.version, begun.attempts);
        let file = catalogue.write_copy(Some(&consent), user, &file, &begun, now).await;
        let file = file.expect("written");
        let ended = match name {
            None => begun.fail(version, attempt, CopyFailure::NoDownload),
            Some((name, size)) => {
                let file_name = name.to_owned();
                let bytes = StoredBytes { attempt, size, sha256: [0xab; 32], file_name };
                begun.finish(version, bytes)
            }
        };
        let ended = ended.expect("it counts");
        catalogue.write_copy(None, user, &file, &ended, now).await.expect("written");
    }
}
