//! What is peculiar to the simulated Secrets Manager: its file, its clock, its wire.

mod clock;
mod file;
mod wire;
