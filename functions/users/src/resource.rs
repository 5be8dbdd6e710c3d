//! A Leaf user of ours, as it is sent and shown.

use domain::ids::LeafUserId;
use domain::leaf_user::{LeafUser, Profile, ProfileChange};
use serde::Serialize;
use web::fields::Fields;

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

/// A whole profile: what is left out is not there.
pub(crate) fn profile(fields: &mut Fields) -> Option<Profile> {
    let name = fields.required("name");
    let email = fields.clearable("email");
    let phone = fields.clearable("phone");
    let address = fields.clearable("address");
    let external_id = fields.clearable("externalId");
    Some(Profile { name: name?, email, phone, address, external_id })
}

/// A part of one: what is left out stays; null or an empty text clears.
pub(crate) fn change(fields: &mut Fields) -> ProfileChange {
    ProfileChange {
        name: if fields.names("name") { fields.required("name") } else { None },
        email: fields.change("email"),
        phone: fields.change("phone"),
        address: fields.change("address"),
        external_id: fields.change("externalId"),
    }
}
