//! The process that is measured: the service as a function has it, and the check.

use std::env;
use std::sync::Arc;
use std::time::Duration;

use adapters::no_converter::NoConverter;
use adapters::system_clock::SystemClock;
use adapters::system_randomness::SystemRandomness;
use application::ports::records::Check;
use application::use_cases::check_connections::check_connections;
use aws_sdk_dynamodb::config::{BehaviorVersion, Credentials, Region, SharedInterceptor};
use serde_json::{Value, json};
use shared::service::{Clients, Files, Service, receivers};
use shared::settings::Settings;
use tokio::time::Instant;

use crate::counted::Counted;
use crate::process::{megabytes, processor_seconds};

pub(crate) const TABLE: &str = "panorama-connect";
/// What the names of the service's secrets begin with.
pub(crate) const PREFIX: &str = "panorama-connect";
const MODE: &str = "CHECK_CONNECTIONS_MODE";
/// Where DynamoDB, Secrets Manager and Panorama are.
const ADDRESSES: [&str; 3] = ["CHECK_DYNAMODB", "CHECK_SECRETS_MANAGER", "CHECK_PANORAMA"];

/// How much time a run has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Enough.
    Whole,
    /// None that is left after its first page: another run goes on, until all is compared.
    Slices,
}

impl Mode {
    /// The mode, in a process that is to be measured.
    pub(crate) fn asked_for() -> Option<Self> {
        match env::var(MODE).ok()?.as_str() {
            "slices" => Some(Self::Slices),
            _ => Some(Self::Whole),
        }
    }

    /// What such a process finds in its environment.
    pub(crate) fn environment(self, addresses: &[String; 3]) -> Vec<(&'static str, String)> {
        let mode = if self == Self::Slices { "slices" } else { "whole" };
        let addresses = ADDRESSES.into_iter().zip(addresses.iter().cloned());
        addresses.chain([(MODE, mode.to_owned())]).collect()
    }
}

/// What the process told, and how often Panorama was asked for a listing.
#[derive(Debug)]
pub(crate) struct Told {
    pub(crate) runs: usize,
    pub(crate) compared: usize,
    pub(crate) revoked: usize,
    pub(crate) recovered: usize,
    pub(crate) listings: usize,
    pub(crate) pages: usize,
    pub(crate) other_reads: usize,
    pub(crate) read_units: f64,
    pub(crate) writes: usize,
    pub(crate) write_units: f64,
    pub(crate) seconds: f64,
    pub(crate) processor_seconds: f64,
    pub(crate) megabytes_before: f64,
    pub(crate) peak_megabytes: f64,
}

impl Told {
    pub(crate) fn read(line: &str, listings: usize) -> Self {
        let told: Value = serde_json::from_str(line).expect("one line of JSON");
        let count =
            |name: &str| usize::try_from(told[name].as_u64().expect("a count")).expect("it fits");
        let measure = |name: &str| told[name].as_f64().expect("a measure");
        Self {
            runs: count("runs"),
            compared: count("compared"),
            revoked: count("revoked"),
            recovered: count("recovered"),
            listings,
            pages: count("pages"),
            other_reads: count("otherReads"),
            read_units: measure("readUnits"),
            writes: count("writes"),
            write_units: measure("writeUnits"),
            seconds: measure("seconds"),
            processor_seconds: measure("processorSeconds"),
            megabytes_before: measure("megabytesBefore"),
            peak_megabytes: measure("peakMegabytes"),
        }
    }
}

/// A service over these addresses.
pub(crate) fn service(addresses: &[String; 3], counted: &Counted) -> Service {
    let [dynamodb, secrets_manager, panorama] = addresses;
    let credentials = Credentials::new("local", "local", None, None, "local");
    let region = Region::from_static("us-east-2");
    let dynamodb = aws_sdk_dynamodb::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(region.clone())
        .credentials_provider(credentials.clone())
        .endpoint_url(dynamodb)
        .interceptor(SharedInterceptor::new(counted.clone()));
    let secrets_manager = aws_sdk_secretsmanager::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(region)
        .credentials_provider(credentials)
        .endpoint_url(secrets_manager);
    let settings = Settings::read(|variable| match variable {
        "TABLE_NAME" => Some(TABLE.to_owned()),
        // Nothing of it is read.
        "CATALOGUE_TABLE_NAME" => Some(format!("{TABLE}-catalogue")),
        "SECRETS_PREFIX" => Some(PREFIX.to_owned()),
        "PUBLIC_BASE_URL" | "STAGE_PORTAL_URL" | "STAGE_PARTNER_API_URL" | "STAGE_LOGIN_URL" => {
            Some(panorama.clone())
        }
        _ => None,
    });
    let settings = settings.expect("settings");
    let clients = Clients {
        receivers: receivers(&settings).expect("an HTTP client"),
        dynamodb: aws_sdk_dynamodb::Client::from_conf(dynamodb.build()),
        secrets_manager: aws_sdk_secretsmanager::Client::from_conf(secrets_manager.build()),
        files: Files::none(),
        converter: Arc::new(NoConverter),
        clock: Arc::new(SystemClock),
        randomness: Arc::new(SystemRandomness),
    };
    Service::new(settings, clients).expect("a service")
}

/// Checks, and tells what it took in one line.
#[expect(clippy::print_stdout, reason = "the line is how one process tells the other")]
pub(crate) fn run(mode: Mode) {
    // As in Lambda: one thread.
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    println!("{}", runtime.block_on(check(mode)));
}

async fn check(mode: Mode) -> Value {
    let counted = Counted::default();
    let addresses = ADDRESSES.map(|variable| env::var(variable).expect("an address"));
    let service = service(&addresses, &counted);
    let (ports, records) = (&service.ports, &*service.records);
    let app_keys = ports.app_keys.list().await.expect("app keys");
    let app_key = app_keys.first().expect("an app key");
    let megabytes_before = megabytes("VmHWM");
    let (listed_app_keys, units_before) = (counted.calls("Query"), counted.units(&["Query"]));
    let (begun, processor_before) = (Instant::now(), processor_seconds());
    let (mut runs, mut compared, mut revoked, mut recovered) = (0, 0, 0, 0);
    loop {
        let now = ports.clock.now();
        let deadline = if mode == Mode::Slices { now } else { now.plus(Duration::from_hours(1)) };
        let outcome = check_connections(records, app_key, deadline).await.expect("a check");
        let (Check::Done(counts) | Check::OutOfTime(counts)) = outcome else {
            panic!("it was not made: {outcome:?}")
        };
        runs += 1;
        compared += counts.compared;
        revoked += counts.revoked;
        recovered += counts.recovered;
        if matches!(outcome, Check::Done(_)) {
            break;
        }
    }
    json!({
        "runs": runs,
        "compared": compared,
        "revoked": revoked,
        "recovered": recovered,
        "pages": counted.calls("Query") - listed_app_keys,
        "otherReads": counted.calls_of(&["GetItem", "BatchGetItem"]),
        "readUnits": counted.units(&["Query", "GetItem", "BatchGetItem"]) - units_before,
        "writes": counted.calls_of(&["TransactWriteItems", "UpdateItem"]),
        "writeUnits": counted.units(&["TransactWriteItems", "UpdateItem"]),
        "seconds": begun.elapsed().as_secs_f64(),
        "processorSeconds": processor_seconds() - processor_before,
        "megabytesBefore": megabytes_before,
        "peakMegabytes": megabytes("VmHWM"),
    })
}
