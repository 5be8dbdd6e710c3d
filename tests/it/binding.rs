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
