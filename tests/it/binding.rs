//! The binding rules, from outside: who a callback is bound to, and who it is not.

mod addresses;
mod answers;
mod code;
mod cookie;
mod crash;
mod hop_link;
mod kept;
mod languages;
mod lifetime;
mod links;
mod lured;
mod ownership;
mod races;
mod repeats;
mod restarts;
mod upstream_faults;

/// Operations of the simulated Panorama's STAGE.
const FARM: &str = "krwv4vYH";
const OTHER_FARM: &str = "Hn5cW7pd";
const THIRD_FARM: &str = "mY6tGs2J";

/// An operation of its PRODUCTION.
const PRODUCTION_FARM: &str = "Jq7sNd3w";
