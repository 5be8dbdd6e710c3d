//! Requests to addresses that strangers have named: those of the internet, whatever a name says it
//! is.

use std::fmt::Debug;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use async_trait::async_trait;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use super::tls;
use domain::address_policy::AddressPolicy;

/// Resolves names, without judging what comes out.
#[async_trait]
pub trait LookUp: Debug + Send + Sync {
    /// The addresses of a name.
    async fn look_up(&self, host: &str) -> io::Result<Vec<IpAddr>>;
}

/// The operating system's resolver.
#[derive(Debug)]
pub struct SystemLookUp;

#[async_trait]
impl LookUp for SystemLookUp {
    async fn look_up(&self, host: &str) -> io::Result<Vec<IpAddr>> {
        Ok(tokio::net::lookup_host((host, 0)).await?.map(|address| address.ip()).collect())
    }
}

/// A client that connects to addresses within `address_policy` only. An address that stands in a
/// URL itself is never resolved: whoever calls it asks [`AddressPolicy::allows_url`] before.
pub(crate) fn client(
    address_policy: AddressPolicy,
    look_up: Arc<dyn LookUp>,
) -> reqwest::ClientBuilder {
    reqwest::Client::builder()
        .tls_backend_preconfigured(tls::public_config())
        .user_agent("panorama-connect")
        // A redirect would lead past the check of the address; a proxy would resolve the name
        // itself.
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        // A connection that is kept would be used again without looking at the name's address.
        .pool_max_idle_per_host(0)
        .https_only(address_policy == AddressPolicy::Public)
        .dns_resolver(Checked { address_policy, look_up })
}

/// Resolves a name and lets all of its addresses pass, or none: the connection is made to what
/// passed, without asking again.
struct Checked {
    address_policy: AddressPolicy,
    look_up: Arc<dyn LookUp>,
}

/// Why a name was not resolved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Refused {
    #[error("the name has an address that is not public")]
    NotPublic,
    #[error("the name has no address")]
    NotResolved,
}

impl Refused {
    /// Whether it is the reason why a request failed.
    pub(crate) fn of(error: &reqwest::Error) -> Option<Self> {
        let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
        while let Some(error) = cause {
            if let Some(refused) = error.downcast_ref() {
                return Some(*refused);
            }
            cause = error.source();
        }
        None
    }
}

impl Resolve for Checked {
    fn resolve(&self, name: Name) -> Resolving {
        let (address_policy, look_up) = (self.address_policy, self.look_up.clone());
        Box::pin(async move {
            let addresses =
                look_up.look_up(name.as_str()).await.map_err(|_| Refused::NotResolved)?;
            if addresses.is_empty() {
                return Err(Refused::NotResolved.into());
            }
            if !addresses.iter().all(|address| address_policy.allows(*address)) {
                return Err(Refused::NotPublic.into());
            }
            let addresses = addresses.into_iter().map(|address| SocketAddr::new(address, 0));
            Ok(Box::new(addresses) as Addrs)
        })
    }
}
