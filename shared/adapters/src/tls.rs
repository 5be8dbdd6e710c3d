//! Whom we trust over TLS, compiled in: reading and parsing the system's store of authorities, once
//! for the SDK and once for reqwest, was half of a cold start. A new authority therefore comes with
//! a new version of these crates, not with a new base image.

use std::sync::Arc;

use aws_smithy_http_client::Builder;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore};
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use memchr::memmem;
use rustls::{ClientConfig, RootCertStore};

/// The common names of the authorities that AWS' endpoints chain to
/// (<https://www.amazontrust.com/repository/>).
const AWS_ROOTS: [&str; 5] = [
    "Amazon Root CA 1",
    "Amazon Root CA 2",
    "Amazon Root CA 3",
    "Amazon Root CA 4",
    "Starfield Services Root Certificate Authority - G2",
];

/// An authority's name is in its certificate's first bytes: it is its own issuer, and the issuer
/// precedes the keys.
const HEAD: usize = 256;

/// The HTTP client of the AWS SDK: it trusts those who vouch for AWS, and nobody else.
///
/// # Panics
/// Never: the certificates are constants.
pub fn aws_client() -> SharedHttpClient {
    let trusted = TrustStore::empty().with_pem_certificate(aws_roots());
    let context =
        TlsContext::builder().with_trust_store(trusted).build().expect("a trust store is enough");
    Builder::new()
        .tls_provider(Provider::Rustls(CryptoMode::AwsLc))
        .tls_context(context)
        .build_https()
}

/// The TLS of calls to Panorama, Cognito and webhooks: it trusts whom Mozilla trusts.
///
/// # Panics
/// Never: the crypto provider has the default protocol versions.
pub fn public_config() -> ClientConfig {
    let roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    ClientConfig::builder_with_provider(Arc::new(rustls::crypto::aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("the provider has the default versions")
        .with_root_certificates(roots)
        .with_no_client_auth()
}

/// [`AWS_ROOTS`] as the SDK takes them: one text of PEM blocks.
fn aws_roots() -> String {
    let certificates = webpki_root_certs::TLS_SERVER_ROOT_CERTS.iter();
    let wanted = certificates.filter(|certificate| {
        let head = &certificate[..certificate.len().min(HEAD)];
        AWS_ROOTS.iter().any(|name| memmem::find(head, name.as_bytes()).is_some())
    });
    wanted.fold(String::new(), |pem, certificate| {
        pem + "-----BEGIN CERTIFICATE-----\n"
            + &STANDARD.encode(certificate)
            + "\n-----END CERTIFICATE-----\n"
    })
}

#[cfg(test)]
mod tests {
    use rustls::pki_types::CertificateDer;
    use rustls::pki_types::pem::PemObject as _;

    use super::*;

    #[test]
    fn aws_roots_are_these_five() {
        let pem = aws_roots();
        let roots: Vec<_> =
            CertificateDer::pem_slice_iter(pem.as_bytes()).map(|root| root.expect("PEM")).collect();
        assert_eq!(roots.len(), AWS_ROOTS.len());
        for name in AWS_ROOTS {
            // ASN.1: a printable string and its length.
            let named =
                [&[0x13, u8::try_from(name.len()).expect("short")], name.as_bytes()].concat();
            let having = roots.iter().filter(|root| memmem::find(root, &named).is_some()).count();
            assert_eq!(having, 1, "{name}");
        }
    }

    #[test]
    fn upstreams_are_trusted_by_compiled_in_authorities() {
        assert!(!webpki_roots::TLS_SERVER_ROOTS.is_empty());
        let client = reqwest::Client::builder().tls_backend_preconfigured(public_config()).build();
        client.expect("reqwest knows this version of rustls");
    }
}
