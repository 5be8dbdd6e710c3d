//! A Leaf user of ours, as it is shown.

use domain::ids::LeafUserId;
use domain::leaf_user::{LeafUser, Profile};
use serde::Serialize;

/// A Leaf user as the contract shows it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Resource {
    id: LeafUserId,
    name: String,
    email: Option<String>,
    phone: Option<String>,
    address: Option<String>,
    external_id: Option<String>,
}

impl From<LeafUser> for Resource {
    fn from(user: LeafUser) -> Self {
        let Profile { name, email, phone, address, external_id } = user.profile;
        Self {
            id: user.id,
            name: name.as_str().to_owned(),
            email: email.map(|email| email.as_str().to_owned()),
            phone: phone.map(|phone| phone.as_str().to_owned()),
            address: address.map(|address| address.as_str().to_owned()),
            external_id: external_id.map(|id| id.as_str().to_owned()),
        }
    }
}
