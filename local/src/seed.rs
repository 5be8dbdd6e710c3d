//! What a new machine begins with: an API owner, an app key and a Leaf user. The values are
//! constants, so that a walk-through can be copied from the README; the machine is reached from
//! this computer only, and knows simulated farmers only.

use std::io;

use adapters::secrets_manager::leaf::{leaf_document, leaf_name};
use adapters::secrets_manager::{index_key_document, index_key_name, owners_document, owners_name};
use application::ports::randomness::Randomness;
use application::use_cases::log_in::Asked;
use application::use_cases::register_app_key::register_app_key;
use aws_sdk_secretsmanager::Client;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::app_key::AppKeyId;
use domain::client_environment::ClientEnvironment;
use domain::ids::LeafUserId;
use domain::leaf_user::{LeafUser, Profile};
use domain::owner_password;
use domain::partner::PartnerCredentials;
use serde::Serialize;
use shared::service::Service;
use simulated_panorama::Environment;

/// A username and its password.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Login {
    pub username: &'static str,
    pub password: &'static str,
}

/// What the names of the service's secrets begin with.
pub const SECRETS_PREFIX: &str = "panorama-connect";
pub const OWNER: Login =
    Login { username: "owner@prairie-insights.example", password: "Prairie-Owner-2026" };
/// The partner's account at the simulated Leaf.
pub const LEAF_ACCOUNT: Login =
    Login { username: "account@prairie-insights.example", password: "Prairie-At-Leaf-2026" };
/// What farmers know the partner's application as.
pub const PARTNER_NAME: &str = "Prairie Insights";
pub const APP_NAME: &str = "prairie-insights";
pub const LEAF_USER_ID: &str = "5f0c2b1e-8d3a-4a76-9c54-1e7f3b9a6d20";

/// Whether the machine is new: the owners' secret is made last, so a first start that was
/// interrupted is made again.
pub async fn is_new(secrets: &Client) -> bool {
    secrets.describe_secret().secret_id(owners_name(SECRETS_PREFIX)).send().await.is_err()
}

/// Makes the index key, without which nothing can be stored; nothing happens when it is there.
pub async fn index_key(secrets: &Client, randomness: &dyn Randomness) -> io::Result<()> {
    let name = index_key_name(SECRETS_PREFIX);
    if secrets.describe_secret().secret_id(&name).send().await.is_ok() {
        return Ok(());
    }
    let value = index_key_document(&random_key(randomness));
    let created = secrets.create_secret().name(name).secret_string(value).send().await;
    created.map(|_| ()).map_err(|_| io::Error::other("the index key's secret could not be made"))
}

/// Makes the Leaf account's secret; nothing happens when it is there.
pub async fn leaf_account(secrets: &Client) -> io::Result<()> {
    let name = leaf_name(SECRETS_PREFIX);
    if secrets.describe_secret().secret_id(&name).send().await.is_ok() {
        return Ok(());
    }
    let value = leaf_document(LEAF_ACCOUNT.username, LEAF_ACCOUNT.password);
    let created = secrets.create_secret().name(name).secret_string(value).send().await;
    created.map(|_| ()).map_err(|_| io::Error::other("the Leaf account's secret could not be made"))
}

/// Makes the API owner, the app key and the Leaf user.
pub async fn first_start(service: &Service, secrets: &Client, owner: Login) -> io::Result<()> {
    let seed = simulated_panorama::seed(Environment::Stage);
    let credentials = PartnerCredentials {
        client_id: constant(seed.client_id),
        username: constant(seed.username),
        password: constant(seed.password),
    };
    let id = AppKeyId { name: constant(APP_NAME), environment: ClientEnvironment::Stage };
    register_app_key(
        &service.ports,
        &id,
        &credentials,
        constant(seed.sharing_url_id),
        Asked::OnPurpose,
    )
    .await
    .map_err(|error| {
        io::Error::other(format!("the first app key could not be registered: {error}"))
    })?;
    let user = LeafUser {
        id: constant(LEAF_USER_ID),
        profile: Profile {
            name: constant("Maria Lindqvist"),
            email: Some(constant(seed.growers[0].username)),
            phone: Some(constant("+1 555 010 0142")),
            address: Some(constant("Willow Creek Road 12, Ames, IA")),
            external_id: Some(constant("grower-0142")),
        },
        created_at: service.ports.clock.now(),
    };
    // Behind a simulated Leaf it is there already, and is taken over.
    let known = service.records.find_user(user.id).await.map_err(io::Error::other)?;
    if known.is_none() {
        service.ports.leaf_users.create(&user).await.map_err(io::Error::other)?;
    }
    let randomness = &*service.ports.randomness;
    let hash = owner_password::hash(owner.password, randomness.bytes())
        .map_err(|error| io::Error::other(error.to_string()))?;
    let owners = owners_document(&random_key(randomness), &[(owner.username, &hash)]);
    let created = secrets
        .create_secret()
        .name(owners_name(SECRETS_PREFIX))
        .secret_string(owners)
        .send()
        .await;
    created.map(|_| ()).map_err(|_| io::Error::other("the API owners' secret could not be made"))
}

/// The seeded Leaf user's id.
pub fn leaf_user_id() -> LeafUserId {
    constant(LEAF_USER_ID)
}

fn constant<T: std::str::FromStr<Err: std::fmt::Debug>>(text: &str) -> T {
    text.parse().expect("the seed's constants have the right form")
}

fn random_key(randomness: &dyn Randomness) -> String {
    STANDARD.encode(randomness.bytes::<32>())
}
