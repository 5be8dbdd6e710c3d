//! All that is a Leaf user's is deleted, and nothing else.

use application::ports::files::{Deletion, FileStore as _};
use domain::ids::{FileId, LeafUserId};
use domain::object_key::{ObjectKey, ObjectPrefix};
use uuid::Uuid;

use crate::engine::{Files, bytes, with_files};

#[tokio::test]
async fn all_that_is_a_leaf_users_is_deleted_in_portions_and_nothing_of_another_one() {
    with_files(async |files: &Files| {
        let (user, other) = (LeafUserId(Uuid::new_v4()), LeafUserId(Uuid::new_v4()));
        let file = FileId(Uuid::new_v4());
        for number in 0..1_003 {
            files.put(&ObjectKey::raw(user, file, number), [bytes(1)]).await.expect("stored");
        }
        for key in [ObjectKey::standard_geojson(user, file, 1), ObjectKey::raw(other, file, 1)] {
            files.put(&key, [bytes(1)]).await.expect("stored");
        }
        let [raw, converted] = ObjectPrefix::of_user(user);
        let delete = async |prefix| files.store.delete_below(prefix).await.expect("deleted");
        assert_eq!(delete(&raw).await, Deletion { deleted: 1_000, are_left: true });
        assert_eq!(delete(&raw).await, Deletion { deleted: 3, are_left: false });
        assert_eq!(delete(&converted).await, Deletion { deleted: 1, are_left: false });
        for prefix in [&raw, &converted] {
            assert_eq!(delete(prefix).await, Deletion { deleted: 0, are_left: false });
        }
        let left =
            files.client.list_objects_v2().bucket(&files.bucket).send().await.expect("a list");
        let left: Vec<_> = left.contents().iter().filter_map(|object| object.key()).collect();
        assert_eq!(left, [ObjectKey::raw(other, file, 1).as_str()]);
    })
    .await;
}
