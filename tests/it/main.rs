//! The service from outside: every test starts a whole machine (functions, DynamoDB engine, Secrets
//! Manager, Panorama) on loopback, with a clock that the test moves, and speaks HTTP with it.

mod alerts;
mod answer;
mod api_document;
mod behind_gateway;
mod binding;
mod both;
mod browser;
mod budget;
mod cors;
mod crash;
mod data_folder;
mod doomed;
mod expiry;
mod finisher;
mod functions;
mod half_way;
mod health;
mod hostile;
mod leaf;
mod leaf_peer;
mod listings;
mod logs;
mod manual_creation;
mod metrics;
mod model;
mod owners;
mod peers;
mod permissions;
mod randomness;
mod restart;
mod routes;
mod secrets;
mod template;
mod tokens;
mod world;
