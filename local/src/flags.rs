//! The flags of `cargo run`. What is said of each is its help.

use std::net::IpAddr;
use std::path::PathBuf;

use clap::Parser;
use domain::invalid::Invalid;
use domain::page_settings::ImageOrigins;
use url::Url;

use crate::cors::origin;
use crate::options::{LARGEST_FILE, Upstream};

/// Panorama Connect on one machine: the whole service, and a simulated Panorama to connect to.
/// It calls nothing outside this machine, except the webhooks that you register.
#[derive(Parser)]
#[command(name = "panorama-connect", version)]
pub struct Flags {
    /// Port of the API; 0 takes a free one
    #[arg(long, value_name = "PORT", default_value_t = 3000)]
    pub api_port: u16,

    /// Port of the simulated Panorama; 0 takes a free one
    #[arg(long, value_name = "PORT", default_value_t = 3001)]
    pub panorama_port: u16,

    /// Most bytes of a file of the simulated Panorama
    #[arg(long, value_name = "BYTES", default_value_t = LARGEST_FILE)]
    pub largest_file: u64,

    /// Who confirms connections: the service itself at Panorama, or a simulated Leaf (proxy mode)
    #[arg(long, value_enum, default_value_t = Upstream::Panorama)]
    pub upstream: Upstream,

    /// Folder for the data of all runs; delete it to start over
    #[arg(long, value_name = "FOLDER", default_value = ".local", conflicts_with = "in_memory")]
    pub data_dir: PathBuf,

    /// Store nothing on disk
    #[arg(long)]
    pub in_memory: bool,

    /// Address of all servers: loopback, or a private one, such as a container network's gateway.
    /// Nothing checks who calls
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1", value_parser = private)]
    pub listen: IpAddr,

    /// Where browsers reach the API if something else serves it, such as `sam local` or `cargo
    /// lambda watch`
    #[arg(long, value_name = "URL")]
    pub public_url: Option<Url>,

    /// Write the environment for functions that run beside this program to this file once it is up
    #[arg(long, value_name = "PATH")]
    pub env_file: Option<PathBuf>,

    /// Write a JSON description of the running service to this file once it is up
    #[arg(long, value_name = "PATH")]
    pub ready_file: Option<PathBuf>,

    /// Where a farmer's browser goes after the callback, instead of a page of the service
    #[arg(long, value_name = "URL")]
    pub return_url: Option<Url>,

    /// Where else a magic link may have its farmer sent; can be repeated
    #[arg(long, value_name = "URL")]
    pub allow_return_url: Vec<Url>,

    /// An https origin that the pictures of magic links may come from; can be repeated
    #[arg(long, value_name = "ORIGIN", value_parser = image_origin)]
    pub image_origin: Vec<String>,

    /// An origin whose pages may have a magic link's page in a frame; can be repeated
    #[arg(long, value_name = "ORIGIN", value_parser = one_origin)]
    pub frame_ancestor: Vec<String>,

    /// An origin whose pages may call the API (CORS); can be repeated, `*` is any. Default: any
    /// origin on this computer
    #[arg(long, value_name = "ORIGIN", value_parser = origin)]
    pub allow_origin: Vec<String>,

    /// Let webhooks call receivers on this machine, also with http
    #[arg(long)]
    pub webhooks_to_this_machine: bool,

    /// Print the steps on every run, not only on the first
    #[arg(long)]
    pub walk_through: bool,
}

fn image_origin(text: &str) -> Result<String, &'static str> {
    let _: ImageOrigins = text.parse().map_err(|Invalid { rule, .. }| rule)?;
    Ok(text.to_owned())
}

/// An origin; `*` is none.
fn one_origin(text: &str) -> Result<String, &'static str> {
    if text == "*" { Err("name the origins, each with its own flag") } else { origin(text) }
}

fn private(text: &str) -> Result<IpAddr, String> {
    let address = text.parse::<IpAddr>().map_err(|error| error.to_string())?;
    if simulated_secrets_manager::may_serve_on(address) {
        Ok(address)
    } else {
        Err("others could reach it: give a loopback or a private address".to_owned())
    }
}
