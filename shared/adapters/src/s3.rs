//! The bucket of raw files.
//!
//! Objects are written with [`files::S3Files`], over the SDK; links to them are signed by
//! [`links::S3Links`], without it, so that a function which only hands out links does not carry it.

mod bucket;
mod checksum;
mod disposition;
mod failure;
pub mod files;
pub mod links;
pub mod no_files;
pub mod reader;
mod upload;
