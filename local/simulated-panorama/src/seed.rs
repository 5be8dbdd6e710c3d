//! The sample partner and the sample growers: fixed, so that a walk-through can be copied and
//! pasted.

mod production;
mod stage;

use std::fmt;

use serde::Serialize;
use uuid::{Builder, Uuid, uuid};

/// One of Panorama's two environments. They share nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Environment {
    /// `STAGE`, in reality `bananorama.com`; here at the root.
    Stage,
    /// `PRODUCTION`, in reality `panorama.ag`; here under `/production`.
    Production,
}

impl Environment {
    pub(crate) const ALL: [Self; 2] = [Self::Stage, Self::Production];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Stage => "STAGE",
            Self::Production => "PRODUCTION",
        }
    }

    pub(crate) fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|environment| environment.name() == name)
    }

    /// What every path of this environment begins with.
    pub(crate) fn prefix(self) -> &'static str {
        match self {
            Self::Stage => "",
            Self::Production => "/production",
        }
    }

    pub(crate) fn pool(self) -> &'static Pool {
        match self {
            Self::Stage => &stage::POOL,
            Self::Production => &production::POOL,
        }
    }
}

impl fmt::Display for Environment {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

/// The sample data of one environment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seed {
    /// The partner's Cognito client id.
    pub client_id: &'static str,
    /// The partner's email.
    pub username: &'static str,
    /// The partner's password, until the control API changes it.
    pub password: &'static str,
    /// The UUID in the Share Initiation URL, the same for every grower.
    pub sharing_url_id: &'static str,
    /// At least three, none of whom shares anything to begin with.
    pub growers: Vec<SeedGrower>,
}

/// A grower who can sign in to the portal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeedGrower {
    /// An email.
    pub username: &'static str,
    /// The portal's password, not the partner's.
    pub password: &'static str,
    /// At least two.
    pub operations: Vec<SeedOperation>,
}

/// One operation of a grower.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeedOperation {
    /// As the portal shows it.
    pub name: &'static str,
    /// Eight letters and digits; no two operations have the same, of either environment.
    pub organization_code: &'static str,
}

/// The sample partner and growers of an environment.
///
/// | | STAGE | PRODUCTION |
/// |---|---|---|
/// | client id | `3qk8stage7v2prairie5insigh` | `6tm1produc9w4prairie8insig` |
/// | username | `panorama-stage@prairie-insights.example` | `panorama@prairie-insights.example` |
/// | password | `Stage-Harvest-2026` | `Production-Harvest-2026` |
/// | `sharingUrlId` | `7c9e6b1a-3f52-4d08-9a61-5e2b8c4d7f10` | `e4d2a8f6-91b7-4c35-8f0e-2a6d9b3c5187` |
/// | first grower | `maria@willowcreek.example`, `Willow-Creek-1` | `ingrid@northfork.example`, `North-Fork-1` |
/// | her first operation | `krwv4vYH` (the code in Leaf's tutorial) | `Jq7sNd3w` |
pub fn seed(environment: Environment) -> Seed {
    let pool = environment.pool();
    let operation = |operation: &Operation| SeedOperation {
        name: operation.name,
        organization_code: operation.organization_code,
    };
    Seed {
        client_id: pool.client_id,
        username: pool.username,
        password: pool.password,
        sharing_url_id: pool.sharing_url_id,
        growers: pool
            .growers
            .iter()
            .map(|grower| SeedGrower {
                username: grower.username,
                password: grower.password,
                operations: grower.operations.iter().map(operation).collect(),
            })
            .collect(),
    }
}

/// The partner's name, as the portal shows it to a grower.
pub(crate) const PARTNER: &str = "Prairie Insights";

/// One environment: its user pool, its one partner, its growers.
pub(crate) struct Pool {
    pub(crate) client_id: &'static str,
    /// A client of the same pool for which `USER_PASSWORD_AUTH` is switched off.
    pub(crate) client_without_password_flow: &'static str,
    pub(crate) username: &'static str,
    pub(crate) password: &'static str,
    /// Users whose login cannot be finished by a program; their password is the seeded one.
    pub(crate) new_password_required: &'static str,
    pub(crate) sms_mfa: &'static str,
    pub(crate) password_reset_required: &'static str,
    pub(crate) sharing_url_id: &'static str,
    pub(crate) growers: &'static [Grower],
}

impl Pool {
    pub(crate) fn operations(&self) -> impl Iterator<Item = &'static Operation> + use<> {
        self.growers.iter().flat_map(|grower| grower.operations)
    }

    pub(crate) fn operation(&self, organization_code: &str) -> Option<&'static Operation> {
        self.operations().find(|operation| operation.organization_code == organization_code)
    }
}

pub(crate) struct Grower {
    pub(crate) name: &'static str,
    pub(crate) username: &'static str,
    pub(crate) password: &'static str,
    pub(crate) operations: &'static [Operation],
}

pub(crate) struct Operation {
    /// The portal's paths carry this, so that a link or a log shows no organization code.
    pub(crate) id: Uuid,
    pub(crate) name: &'static str,
    pub(crate) organization_code: &'static str,
    pub(crate) serial_number: &'static str,
    pub(crate) fields: &'static [Field],
}

pub(crate) struct Field {
    /// The grower that farms it: an operation works for several.
    pub(crate) client: &'static str,
    pub(crate) farm: &'static str,
    pub(crate) name: &'static str,
    pub(crate) streams: &'static [Stream],
}

/// One job on one field, downloadable as `.2020` files.
pub(crate) struct Stream {
    pub(crate) season: u16,
    pub(crate) task_index: u8,
    pub(crate) crop: &'static str,
    pub(crate) task: &'static str,
}

const fn operation(
    id: Uuid,
    name: &'static str,
    organization_code: &'static str,
    serial_number: &'static str,
    fields: &'static [Field],
) -> Operation {
    Operation { id, name, organization_code, serial_number, fields }
}

const fn field(
    client: &'static str,
    farm: &'static str,
    name: &'static str,
    streams: &'static [Stream],
) -> Field {
    Field { client, farm, name, streams }
}

const fn stream(season: u16, task_index: u8, crop: &'static str, task: &'static str) -> Stream {
    Stream { season, task_index, crop, task }
}

/// What was done on a field in its last seasons.
mod rotation {
    use super::{Stream, stream};

    pub(super) const CORN_THEN_SOYBEANS: &[Stream] = &[
        stream(2024, 0, "Corn", "Planting"),
        stream(2024, 1, "Corn", "Harvest"),
        stream(2025, 0, "Soybeans", "Planting"),
        stream(2025, 1, "Soybeans", "Harvest"),
    ];
    pub(super) const SOYBEANS_THEN_CORN: &[Stream] = &[
        stream(2024, 0, "Soybeans", "Planting"),
        stream(2024, 1, "Soybeans", "Harvest"),
        stream(2025, 0, "Corn", "Planting"),
        stream(2025, 1, "Corn", "Spraying"),
        stream(2025, 2, "Corn", "Harvest"),
    ];
    pub(super) const WHEAT_THEN_SORGHUM: &[Stream] = &[
        stream(2024, 0, "Winter Wheat", "Harvest"),
        stream(2025, 0, "Sorghum", "Planting"),
        stream(2025, 1, "Sorghum", "Harvest"),
    ];
    pub(super) const CORN_THIS_YEAR: &[Stream] = &[stream(2026, 0, "Corn", "Planting")];
}

/// Spreads places over the id space; any odd constant without pattern serves.
const SPREAD: Uuid = uuid!("9e3779b9-7f4a-7c15-f39c-c0605cedc835");

pub(crate) fn derived(parent: Uuid, place: usize) -> Uuid {
    let place = u128::try_from(place).expect("a place in a table fits");
    // Turned, because a child at the same place as its parent would undo the parent's step.
    let mixed = (parent.as_u128() ^ SPREAD.as_u128().wrapping_mul(place)).rotate_left(29);
    Builder::from_random_bytes(mixed.to_be_bytes()).into_uuid()
}

/// The id of an operation that is in no table.
pub(crate) fn made_operation_id(organization_code: &str) -> Uuid {
    organization_code.bytes().fold(SPREAD, |id, byte| derived(id, usize::from(byte) + 1))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn nothing_of_one_environment_is_found_in_the_other() {
        let [stage, production] = Environment::ALL.map(Environment::pool);
        assert_ne!(stage.client_id, production.client_id);
        assert_ne!(stage.client_without_password_flow, production.client_without_password_flow);
        assert_ne!(stage.password, production.password);
        assert_ne!(stage.sharing_url_id, production.sharing_url_id);
        for grower in stage.growers {
            assert!(production.growers.iter().all(|other| other.username != grower.username));
        }
        for operation in stage.operations() {
            assert!(production.operation(operation.organization_code).is_none());
        }
    }

    #[test]
    fn every_id_and_code_is_used_once() {
        let mut ids = BTreeSet::new();
        let mut codes = BTreeSet::new();
        for operation in
            Environment::ALL.into_iter().flat_map(|environment| environment.pool().operations())
        {
            assert!(codes.insert(operation.organization_code), "{}", operation.name);
            assert!(ids.insert(operation.id), "{}", operation.name);
        }
    }

    #[test]
    fn every_grower_has_a_choice_of_operations_with_several_fields() {
        for environment in Environment::ALL {
            let pool = environment.pool();
            assert!(pool.growers.len() >= 3);
            for grower in pool.growers {
                assert!(grower.operations.len() >= 2, "{}", grower.name);
                for operation in grower.operations {
                    assert_eq!(operation.organization_code.len(), 8);
                    assert!(operation.fields.len() >= 2, "{}", operation.name);
                }
            }
        }
    }

    #[test]
    fn the_first_stage_operation_has_the_code_of_leafs_tutorial() {
        assert_eq!(seed(Environment::Stage).growers[0].operations[0].organization_code, "krwv4vYH");
    }
}
