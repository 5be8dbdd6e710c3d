//! Ports, and how long they are served.

use std::io;
use std::net::{IpAddr, SocketAddr};

use tokio::net::TcpListener;
use tokio::sync::watch;

/// A port at this address, for what is named; 0 means any free one.
pub(crate) async fn bind(address: IpAddr, port: u16, what: &str) -> io::Result<TcpListener> {
    TcpListener::bind(SocketAddr::from((address, port))).await.map_err(|error| {
        io::Error::new(
            error.kind(),
            format!(
                "port {port} ({what}) cannot be used: {error}. Another run may have it; 0 takes \
                 any free one."
            ),
        )
    })
}

/// Waits until a machine stops.
pub(crate) async fn wait(mut stopped: watch::Receiver<bool>) {
    // An error means that the machine was dropped, which stops it as well.
    let _ = stopped.wait_for(|stopped| *stopped).await;
}
