//! The sample data of PRODUCTION.

use uuid::uuid;

use super::rotation::{CORN_THEN_SOYBEANS, CORN_THIS_YEAR, SOYBEANS_THEN_CORN, WHEAT_THEN_SORGHUM};
use super::{Grower, Pool, field, operation};

pub(super) static POOL: Pool = Pool {
    client_id: "6tm1produc9w4prairie8insig",
    client_without_password_flow: "8nf4produc0nopasswordflow3",
    username: "panorama@prairie-insights.example",
    password: "Production-Harvest-2026",
    new_password_required: "new-password@prairie-insights.example",
    sms_mfa: "sms-mfa@prairie-insights.example",
    password_reset_required: "password-reset@prairie-insights.example",
    sharing_url_id: "e4d2a8f6-91b7-4c35-8f0e-2a6d9b3c5187",
    growers: &[
        Grower {
            name: "Ingrid Halvorsen",
            username: "ingrid@northfork.example",
            password: "North-Fork-1",
            operations: &[
                operation(
                    uuid!("b07d2e84-5f19-4c63-9ad8-13e6f4c0725b"),
                    "North Fork Land & Cattle",
                    "Jq7sNd3w",
                    "PP-2020-201554",
                    &[
                        field("North Fork", "Headquarters", "Bull Pasture", WHEAT_THEN_SORGHUM),
                        field("North Fork", "Headquarters", "Shop Field", CORN_THEN_SOYBEANS),
                        field("Erik Halvorsen", "Tower", "Tower East", SOYBEANS_THEN_CORN),
                    ],
                ),
                operation(
                    uuid!("41c9a6f2-e83b-4d07-b1f5-8a2dc7950e36"),
                    "Halvorsen Irrigated",
                    "r4TkB8yc",
                    "PP-2020-201990",
                    &[
                        field("Halvorsen", "Canal", "Pivot 1", SOYBEANS_THEN_CORN),
                        field("Halvorsen", "Canal", "Pivot 2", CORN_THIS_YEAR),
                    ],
                ),
            ],
        },
        Grower {
            name: "Tomás Aguilar",
            username: "tomas@aguilarfarms.example",
            password: "Aguilar-Farms-2",
            operations: &[
                operation(
                    uuid!("d95b07e1-3a8c-4f64-82c0-7be419f6d2a5"),
                    "Aguilar Farms",
                    "Vz2hXm6P",
                    "PP-2020-176203",
                    &[
                        field("Aguilar", "La Loma", "Norte", CORN_THEN_SOYBEANS),
                        field("Aguilar", "La Loma", "Sur", CORN_THEN_SOYBEANS),
                        field("Vernon Tate", "Tate Lease", "Highway 40", WHEAT_THEN_SORGHUM),
                    ],
                ),
                operation(
                    uuid!("13f6d8ab-c027-4e95-9b74-e05a21c8f94d"),
                    "Aguilar Ag Services",
                    "c9GpLw5f",
                    "PP-2020-176871",
                    &[
                        field("Kessler Dairy", "Dairy", "Silage 1", CORN_THIS_YEAR),
                        field("Kessler Dairy", "Dairy", "Silage 2", SOYBEANS_THEN_CORN),
                    ],
                ),
            ],
        },
        Grower {
            name: "Joe Whitfield",
            username: "joe@whitfieldacres.example",
            password: "Whitfield-Acres-3",
            operations: &[
                operation(
                    uuid!("7e20c4b9-86d1-4a3f-b65e-f91d07a38c42"),
                    "Whitfield Acres",
                    "Wd3nRy8K",
                    "PP-2020-159038",
                    &[
                        field("Whitfield", "Home", "Barn Lot", CORN_THEN_SOYBEANS),
                        field("Whitfield", "Home", "Back Forty", SOYBEANS_THEN_CORN),
                        field("Whitfield", "Depot", "Railroad", CORN_THEN_SOYBEANS),
                    ],
                ),
                operation(
                    uuid!("a8641d7f-0e52-4bc9-8d37-26c5fb903e18"),
                    "Prairie Star Organics",
                    "s6MbQv2T",
                    "PP-2020-159744",
                    &[
                        field("Prairie Star", "Organic", "Clover", WHEAT_THEN_SORGHUM),
                        field("Prairie Star", "Organic", "Sunrise", CORN_THIS_YEAR),
                    ],
                ),
            ],
        },
    ],
};
