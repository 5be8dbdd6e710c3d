//! The sample data of STAGE.

use uuid::uuid;

use super::rotation::{CORN_THEN_SOYBEANS, CORN_THIS_YEAR, SOYBEANS_THEN_CORN, WHEAT_THEN_SORGHUM};
use super::{Grower, Pool, field, operation};

pub(super) static POOL: Pool = Pool {
    client_id: "3qk8stage7v2prairie5insigh",
    client_without_password_flow: "2nf4stage0nopasswordflow17",
    username: "panorama-stage@prairie-insights.example",
    password: "Stage-Harvest-2026",
    new_password_required: "new-password-stage@prairie-insights.example",
    sms_mfa: "sms-mfa-stage@prairie-insights.example",
    password_reset_required: "password-reset-stage@prairie-insights.example",
    sharing_url_id: "7c9e6b1a-3f52-4d08-9a61-5e2b8c4d7f10",
    growers: &[
        Grower {
            name: "Maria Lindqvist",
            username: "maria@willowcreek.example",
            password: "Willow-Creek-1",
            operations: &[
                operation(
                    uuid!("0b6f3a52-8d1e-4c77-a2f4-61d09c5b7e13"),
                    "Willow Creek Farms",
                    "krwv4vYH",
                    "PP-2020-104417",
                    &[
                        field("Lindqvist Family", "Home Place", "North 80", CORN_THEN_SOYBEANS),
                        field("Lindqvist Family", "Home Place", "Creek Bottom", SOYBEANS_THEN_CORN),
                        field(
                            "Lindqvist Family",
                            "Schoolhouse",
                            "West Quarter",
                            CORN_THEN_SOYBEANS,
                        ),
                        field("Harold Benning", "Benning Rented", "Triangle", CORN_THIS_YEAR),
                    ],
                ),
                operation(
                    uuid!("5d2c91e7-40ab-4f3b-9c86-e7f21a0d3b58"),
                    "Lindqvist Custom Planting",
                    "t8Zq2mLx",
                    "PP-2020-104932",
                    &[
                        field("Ostrander Bros", "River Farm", "South Bend", SOYBEANS_THEN_CORN),
                        field("Ostrander Bros", "River Farm", "Levee", CORN_THEN_SOYBEANS),
                        field("St. Olaf Parish", "Glebe", "Church Forty", CORN_THIS_YEAR),
                    ],
                ),
            ],
        },
        Grower {
            name: "Dale Pruitt",
            username: "dale@pruittgrain.example",
            password: "Pruitt-Grain-2",
            operations: &[
                operation(
                    uuid!("c81e4f09-6b3d-4a95-8e12-3f7ad05c6921"),
                    "Pruitt Grain",
                    "Hn5cW7pd",
                    "PP-2020-088120",
                    &[
                        field("Pruitt Grain", "Section 14", "East Half", WHEAT_THEN_SORGHUM),
                        field("Pruitt Grain", "Section 14", "Pivot 3", SOYBEANS_THEN_CORN),
                        field("Ruth Pruitt Trust", "Homestead", "Windmill", WHEAT_THEN_SORGHUM),
                    ],
                ),
                operation(
                    uuid!("f4a70d36-19c5-4e82-b7d3-58e6021bca94"),
                    "Pruitt & Sons Seed",
                    "b3VxKq9R",
                    "PP-2020-088655",
                    &[
                        field("Pruitt & Sons", "Seed Farm", "Block A", CORN_THIS_YEAR),
                        field("Pruitt & Sons", "Seed Farm", "Block B", SOYBEANS_THEN_CORN),
                    ],
                ),
            ],
        },
        Grower {
            name: "Amina Yusuf",
            username: "amina@threeoaks.example",
            password: "Three-Oaks-3",
            operations: &[
                operation(
                    uuid!("27e8b5c4-d06f-4193-85ba-9c41f7e3d06a"),
                    "Three Oaks Farm",
                    "mY6tGs2J",
                    "PP-2020-120071",
                    &[
                        field("Three Oaks", "Oak Ridge", "Ridge Top", CORN_THEN_SOYBEANS),
                        field("Three Oaks", "Oak Ridge", "Long Strip", CORN_THEN_SOYBEANS),
                        field("Three Oaks", "Mill Road", "Mill 60", SOYBEANS_THEN_CORN),
                    ],
                ),
                operation(
                    uuid!("98d3f01b-7c64-4b2e-a915-06be4d82f73c"),
                    "Yusuf Research Plots",
                    "Pw9fD4za",
                    "PP-2020-120518",
                    &[
                        field("Yusuf Research", "Trial Site", "Population Trial", CORN_THIS_YEAR),
                        field(
                            "Yusuf Research",
                            "Trial Site",
                            "Downforce Trial",
                            SOYBEANS_THEN_CORN,
                        ),
                    ],
                ),
                operation(
                    uuid!("6a15ce90-2bf7-4d48-93e1-d47c08a5b6f2"),
                    "Cedar Bluff Partners",
                    "x2LrT7vN",
                    "PP-2020-121346",
                    &[
                        field("Cedar Bluff", "Bluff", "Upper Terrace", WHEAT_THEN_SORGHUM),
                        field("Cedar Bluff", "Bluff", "Lower Terrace", CORN_THEN_SOYBEANS),
                    ],
                ),
            ],
        },
    ],
};
