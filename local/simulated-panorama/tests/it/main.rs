//! The simulated Panorama over real HTTP, with a clock that the tests move.

mod control;
mod data;
mod environments;
mod faults;
mod harness;
mod login;
mod partner_api;
mod portal;
mod restart;
