//! What stands in for AWS: DynamoDB, S3, Secrets Manager, and Lambda with a converter, each at a
//! port of its own.

use std::io;
use std::net::IpAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use application::ports::clock::Clock;
use dynoxide::Database;
use time::OffsetDateTime;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::aws;
use crate::environment::{Addresses, FILES_BUCKET};
use crate::listening::{bind, wait};
use crate::turned_clock::TurnedClock;

/// Their ports.
pub(crate) struct StandIns {
    dynamodb: TcpListener,
    converter: TcpListener,
    s3: TcpListener,
    secrets_manager: TcpListener,
}

impl StandIns {
    /// Free ports at this address.
    pub(crate) async fn bind(address: IpAddr) -> io::Result<Self> {
        Ok(Self {
            dynamodb: bind(address, 0, "DynamoDB").await?,
            converter: bind(address, 0, "the converter").await?,
            s3: bind(address, 0, "S3").await?,
            secrets_manager: bind(address, 0, "Secrets Manager").await?,
        })
    }

    /// Where they are.
    pub(crate) fn addresses(&self) -> io::Result<Addresses> {
        Ok(Addresses {
            dynamodb: self.dynamodb.local_addr()?,
            converter: self.converter.local_addr()?,
            s3: self.s3.local_addr()?,
            secrets_manager: self.secrets_manager.local_addr()?,
        })
    }

    /// Serves them, with their data in the folder, if there is one. Expired rows are swept if
    /// `sweeps`.
    ///
    /// # Errors
    /// A port is gone.
    pub(crate) fn serve(
        self,
        servers: &mut JoinSet<io::Result<()>>,
        (folder, converter): (Option<&Path>, Option<simulated_converter::Script>),
        database: Database,
        sweeps: bool,
        now: &Now,
        stopped: &watch::Receiver<bool>,
    ) -> io::Result<()> {
        let stop = || wait(stopped.clone());
        if let Some(script) = converter {
            let s3 = aws::s3_client(self.s3.local_addr()?, &[]);
            let config = simulated_converter::Config { listener: self.converter, s3, script };
            servers.spawn(simulated_converter::serve(config, stop()));
        }
        servers.spawn(aws::serve_database(self.dynamodb, database, sweeps, stop()));
        let config = simulated_s3::Config {
            listener: self.s3,
            folder: folder.map(|folder| folder.join("files")),
            buckets: vec![FILES_BUCKET.to_owned()],
            access_key: aws::ANY_CREDENTIAL.to_owned(),
            secret_key: aws::ANY_CREDENTIAL.to_owned(),
            now: now.clone(),
        };
        servers.spawn(simulated_s3::serve(config, stop()));
        let config = simulated_secrets_manager::Config {
            listener: self.secrets_manager,
            file: folder.map(|folder| folder.join("secrets.json")),
            now: now.clone(),
        };
        servers.spawn(simulated_secrets_manager::serve(config, stop()));
        Ok(())
    }
}

/// A clock, as the simulated services ask for it.
pub(crate) type Now = Arc<dyn Fn() -> OffsetDateTime + Send + Sync>;

/// What turns a clock forward, as the simulated Panorama asks for it.
pub(crate) type Forward = Arc<dyn Fn(Duration) -> Duration + Send + Sync>;

/// Turns this clock.
pub(crate) fn forward_of(clock: Arc<TurnedClock>) -> Forward {
    Arc::new(move |by| clock.forward(by))
}

/// This clock.
pub(crate) fn now_of(clock: Arc<dyn Clock>) -> Now {
    Arc::new(move || clock.now().into())
}
