//! `cargo run`: Panorama Connect on one machine, with a simulated Panorama to connect to.

use std::io;
use std::net::IpAddr;
use std::path::{Path, PathBuf};

use clap::Parser;
use domain::address_policy::AddressPolicy;
use local::cors::{Origins, origin};
use local::{Data, LARGEST_FILE, Machine, Options, Upstream, environment, walkthrough};
use url::Url;

/// Panorama Connect on one machine: the whole service, and a simulated Panorama to connect to.
/// It calls nothing outside this machine, except the webhooks that you register.
#[derive(Parser)]
#[command(name = "panorama-connect", version)]
struct Flags {
    /// Port of the API; 0 takes a free one
    #[arg(long, value_name = "PORT", default_value_t = 3000)]
    api_port: u16,

    /// Port of the simulated Panorama; 0 takes a free one
    #[arg(long, value_name = "PORT", default_value_t = 3001)]
    panorama_port: u16,

    /// Most bytes of a file of the simulated Panorama
    #[arg(long, value_name = "BYTES", default_value_t = LARGEST_FILE)]
    largest_file: u64,

    /// Who confirms connections: the service itself at Panorama, or a simulated Leaf (proxy mode)
    #[arg(long, value_enum, default_value_t = Upstream::Panorama)]
    upstream: Upstream,

    /// Folder for the data of all runs; delete it to start over
    #[arg(long, value_name = "FOLDER", default_value = ".local", conflicts_with = "in_memory")]
    data_dir: PathBuf,

    /// Store nothing on disk
    #[arg(long)]
    in_memory: bool,

    /// Address of all servers: loopback, or a private one, such as a container network's gateway.
    /// Nothing checks who calls
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1", value_parser = private)]
    listen: IpAddr,

    /// Where browsers reach the API if something else serves it, such as `sam local` or `cargo
    /// lambda watch`
    #[arg(long, value_name = "URL")]
    public_url: Option<Url>,

    /// Write the environment for functions that run beside this program to this file once it is up
    #[arg(long, value_name = "PATH")]
    env_file: Option<PathBuf>,

    /// Write a JSON description of the running service to this file once it is up
    #[arg(long, value_name = "PATH")]
    ready_file: Option<PathBuf>,

    /// Where a farmer's browser goes after the callback, instead of a page of the service
    #[arg(long, value_name = "URL")]
    return_url: Option<Url>,

    /// An origin whose pages may call the API (CORS); can be repeated, `*` is any. Default: any
    /// origin on this computer
    #[arg(long, value_name = "ORIGIN", value_parser = origin)]
    allow_origin: Vec<String>,

    /// Let webhooks call receivers on this machine, also with http
    #[arg(long)]
    webhooks_to_this_machine: bool,

    /// Print the steps on every run, not only on the first
    #[arg(long)]
    walk_through: bool,
}

#[tokio::main]
async fn main() -> std::process::ExitCode {
    let flags = Flags::parse();
    log_to_stderr();
    match run(flags).await {
        Ok(()) => std::process::ExitCode::SUCCESS,
        Err(error) => {
            #[expect(
                clippy::print_stderr,
                reason = "it is the program's last word to whoever started it"
            )]
            {
                eprintln!("panorama-connect: {error}");
            }
            std::process::ExitCode::FAILURE
        }
    }
}

async fn run(flags: Flags) -> io::Result<()> {
    let data = if flags.in_memory { Data::Memory } else { Data::Folder(flags.data_dir) };
    let options = Options {
        listen: flags.listen,
        api_port: flags.api_port,
        panorama_port: flags.panorama_port,
        largest_file: flags.largest_file,
        public_url: flags.public_url,
        data,
        upstream: flags.upstream,
        return_url: flags.return_url,
        allow_origins: match flags.allow_origin {
            none if none.is_empty() => Origins::ThisComputers,
            these => Origins::These(these),
        },
        address_policy: if flags.webhooks_to_this_machine {
            AddressPolicy::ThisMachineToo
        } else {
            AddressPolicy::Public
        },
        ..Options::default()
    };
    if !flags.listen.is_loopback() {
        tracing::warn!(
            address = %flags.listen,
            "whoever reaches this address can read and change everything here, including secrets"
        );
    }
    let mut machine = Machine::start(options).await?;
    #[expect(clippy::print_stdout, reason = "it is what the program is started for")]
    if machine.is_new || flags.walk_through {
        println!("{}", walkthrough::text(&machine.ready));
    } else {
        println!("{}", walkthrough::short(&machine.ready));
    }
    if let Some(file) = &flags.env_file {
        let content = environment::file(&machine.ready.environment);
        std::fs::write(file, content)
            .map_err(|error| not_written("environment file", file, &error))?;
    }
    // Last: whoever waits for it finds the rest.
    if let Some(file) = &flags.ready_file {
        machine.ready.write(file).map_err(|error| not_written("ready file", file, &error))?;
    }
    tokio::select! {
        error = machine.failed() => return Err(error),
        told = told_to_stop() => told?,
    }
    machine.stop().await
}

fn not_written(what: &str, file: &Path, error: &io::Error) -> io::Error {
    io::Error::new(
        error.kind(),
        format!("the {what} {} cannot be written: {error}", file.display()),
    )
}

fn private(text: &str) -> Result<IpAddr, String> {
    let address = text.parse::<IpAddr>().map_err(|error| error.to_string())?;
    if simulated_secrets_manager::may_serve_on(address) {
        Ok(address)
    } else {
        Err("others could reach it: give a loopback or a private address".to_owned())
    }
}

#[cfg(unix)]
async fn told_to_stop() -> io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut interrupt, mut terminate) =
        (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
    Ok(())
}

#[cfg(not(unix))]
async fn told_to_stop() -> io::Result<()> {
    tokio::signal::ctrl_c().await
}

fn log_to_stderr() {
    use tracing_subscriber::filter::{LevelFilter, filter_fn};
    use tracing_subscriber::layer::{Layer as _, SubscriberExt as _};
    use tracing_subscriber::util::SubscriberInitExt as _;

    let lines = tracing_subscriber::fmt::layer().with_writer(io::stderr).with_target(false);
    let crates = local::logging::crates();
    let ours = filter_fn(move |metadata| crates.have(metadata.target()));
    tracing_subscriber::registry()
        .with(lines.with_filter(ours).with_filter(LevelFilter::INFO))
        .init();
}
