//! `cargo run`: Panorama Connect on one machine, with a simulated Panorama to connect to.

use std::io;
use std::path::Path;

use clap::Parser as _;
use domain::address_policy::AddressPolicy;
use local::cors::Origins;
use local::flags::Flags;
use local::{Data, Machine, Options, environment, walkthrough};

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
        return_urls: flags.allow_return_url,
        image_origins: flags.image_origin,
        frame_ancestors: flags.frame_ancestor,
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
