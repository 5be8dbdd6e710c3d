//! The catalogue's table and its indexes, for a machine that has no CloudFormation.

use crate::dynamodb::schema::{Definition, Index, PK};

/// The attribute that rows of one kind have in common.
pub(super) const KIND: &str = "kind";
/// Where the deletion of a Leaf user's data is noted, and its kind.
pub(super) const LEAVING: &str = "LEAVING";
/// When what a row asks for is done. It is there only where that is later: a rule of the event bus
/// puts these messages into their queue behind the others.
pub(super) const TURN: &str = "turn";
/// In the order of creation, after the kind.
pub(super) const BY_CREATION: &str = "byCreation";
/// In the order of the last change.
pub(super) const BY_UPDATE: &str = "byUpdate";
/// In the order of names.
pub(super) const BY_NAME: &str = "byName";
/// In the order of sizes.
pub(super) const BY_SIZE: &str = "bySize";
/// By what an entry belongs to: a field's farm, a field operation's field.
pub(super) const BY_PARENT: &str = "byParent";
/// A file's kind and status.
pub(super) const KIND_STATUS: &str = "kindStatus";
/// The kind and Leaf's type of what was done.
pub(super) const KIND_TYPE: &str = "kindType";

const fn local(name: &'static str, sort: &'static str) -> Index {
    Index { name, partition: PK, sort, attributes: None }
}

const fn global(name: &'static str, partition: &'static str, sort: &'static str) -> Index {
    Index { name, partition, sort, attributes: None }
}

/// A Leaf user's entries in the order of creation.
pub(super) const OF_USER_BY_CREATION: Index = local("of-user-by-creation", BY_CREATION);
/// In that of the last change.
pub(super) const OF_USER_BY_UPDATE: Index = local("of-user-by-update", BY_UPDATE);
/// In that of names.
pub(super) const OF_USER_BY_NAME: Index = local("of-user-by-name", BY_NAME);
/// In that of sizes.
pub(super) const OF_USER_BY_SIZE: Index = local("of-user-by-size", BY_SIZE);
/// By what they belong to.
pub(super) const OF_USER_BY_PARENT: Index = local("of-user-by-parent", BY_PARENT);

/// All entries of a kind in the order of creation.
pub(super) const BY_CREATION_OF_ALL: Index = global("by-creation", KIND, BY_CREATION);
/// In that of the last change.
pub(super) const BY_UPDATE_OF_ALL: Index = global("by-update", KIND, BY_UPDATE);
/// In that of names.
pub(super) const BY_NAME_OF_ALL: Index = global("by-name", KIND, BY_NAME);
/// In that of sizes.
pub(super) const BY_SIZE_OF_ALL: Index = global("by-size", KIND, BY_SIZE);
/// In that of ids.
pub(super) const BY_ID_OF_ALL: Index = global("by-id", KIND, "id");
/// In that of Leaf users.
pub(super) const BY_USER_OF_ALL: Index = global("by-user", KIND, PK);
/// One entry by its id.
pub(super) const OF_ID: Index = global("of-id", "id", KIND);
/// Files by how their copies stand.
pub(super) const BY_STATUS_OF_ALL: Index = global("by-status", KIND_STATUS, BY_CREATION);
/// Files and field operations by what was done.
pub(super) const BY_TYPE_OF_ALL: Index = global("by-type", KIND_TYPE, BY_CREATION);

/// The table.
pub const DEFINITION: Definition = Definition {
    local: &[
        OF_USER_BY_CREATION,
        OF_USER_BY_UPDATE,
        OF_USER_BY_NAME,
        OF_USER_BY_SIZE,
        OF_USER_BY_PARENT,
    ],
    global: &[
        BY_CREATION_OF_ALL,
        BY_UPDATE_OF_ALL,
        BY_NAME_OF_ALL,
        BY_SIZE_OF_ALL,
        BY_ID_OF_ALL,
        BY_USER_OF_ALL,
        OF_ID,
        BY_STATUS_OF_ALL,
        BY_TYPE_OF_ALL,
    ],
};
