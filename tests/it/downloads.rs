//! What an operation shares, and the bytes of its files, from Panorama to where the service takes
//! them up.

use application::ports::downloads::{Download, DownloadError, Place};
use application::ports::upstream::UpstreamError;
use domain::app_key::AppKeyId;
use domain::download_url::DownloadUrl;
use domain::organization_code::OrganizationCode;
use domain::shared_data::{SharedData, StreamId};
use reqwest::Method;
use serde_json::{Value, json};

use crate::world::{FARM, World};

/// A connected operation.
struct Connected {
    world: World,
    app_key: AppKeyId,
    code: OrganizationCode,
}

impl Connected {
    async fn start() -> Self {
        let world = World::start().await;
        let user = world.connected("maria", FARM).await;
        let connections = &world.machine.service.ports.connections;
        let account = connections.account(user.parse().expect("an id")).await.expect("an answer");
        let credential = account.and_then(|account| account.credential).expect("a credential");
        Self { app_key: credential.app_key, code: credential.organization_code, world }
    }

    async fn control(&self, method: Method, path: &str, body: &Value) -> Value {
        let url = self.world.panorama(&format!("/control/operations/{FARM}/{path}"));
        let (status, answer) =
            self.world.json(self.world.http.request(method, url).json(body)).await;
        assert!(status.is_success(), "{path}: {answer}");
        answer
    }

    /// A new stream with files of these sizes.
    async fn stream(&self, files: &[u64]) -> StreamId {
        let added = self.control(Method::POST, "streams", &json!({ "files": files })).await;
        added["streams"][0].as_str().expect("an id").parse().expect("an id")
    }

    async fn shared(&self) -> Result<SharedData, UpstreamError> {
        let account = &self.world.machine.service.ports.partner_account;
        account.shared_data(&self.app_key, &self.code).await
    }

    async fn urls(&self, stream: &StreamId) -> Result<Vec<DownloadUrl>, UpstreamError> {
        let account = &self.world.machine.service.ports.partner_account;
        account.download_urls(&self.app_key, &self.code, stream).await
    }

    async fn open(
        &self,
        url: &DownloadUrl,
        from: Option<&Place>,
    ) -> Result<Box<dyn Download>, DownloadError> {
        self.world.machine.service.ports.downloads.open(url, from).await
    }

    /// What Panorama says that a file has in it.
    async fn expected(&self, stream: &StreamId, url: &DownloadUrl) -> Vec<u8> {
        let name = url.file_name().expect("a name");
        let path = format!("/control/operations/{FARM}/streams/{stream}/files/{name}");
        let answer = self.world.http.get(self.world.panorama(&path)).send().await;
        answer.expect("an answer").bytes().await.expect("bytes").to_vec()
    }

    async fn fault(&self, call: &str, fault: &str) {
        self.world.fault(json!({ "call": call, "fault": fault, "organizationCode": FARM })).await;
    }
}

/// Reads on to the end.
async fn rest(download: &mut Box<dyn Download>, bytes: &mut Vec<u8>) -> Result<(), DownloadError> {
    while let Some(chunk) = download.next().await? {
        bytes.extend_from_slice(&chunk);
    }
    Ok(())
}

#[tokio::test]
async fn every_file_that_an_operation_shares_is_read_byte_by_byte_as_panorama_has_it() {
    let farm = Connected::start().await;
    let before = farm.shared().await.expect("a listing");
    assert_eq!((before.fields().len(), before.farms(), before.growers()), (4, 3, 2));
    let stream = farm.stream(&[300_000, 0, 1]).await;
    let shared = farm.shared().await.expect("a listing");
    assert_eq!(shared.streams(), before.streams() + 1);
    assert_ne!(shared.digest(), before.digest());
    let urls = farm.urls(&stream).await.expect("addresses");
    assert_eq!(urls.len(), 3);
    for url in &urls {
        let mut download = farm.open(url, None).await.expect("a file");
        let mut bytes = Vec::new();
        assert_eq!(rest(&mut download, &mut bytes).await, Ok(()));
        assert_eq!(download.total(), u64::try_from(bytes.len()).ok());
        assert!(bytes == farm.expected(&stream, url).await);
    }
}

#[tokio::test]
async fn a_download_that_is_cut_is_read_on_and_one_of_another_version_is_read_anew() {
    let farm = Connected::start().await;
    let stream = farm.stream(&[300_000]).await;
    let url = farm.urls(&stream).await.expect("addresses").remove(0);
    for is_changed in [false, true] {
        farm.fault("file", "cut").await;
        let mut cut = farm.open(&url, None).await.expect("a file");
        let mut bytes = Vec::new();
        let at = match rest(&mut cut, &mut bytes).await {
            Err(DownloadError::Cut { at }) => at,
            other => panic!("{other:?}"),
        };
        assert_eq!(usize::try_from(at).expect("small"), bytes.len());
        if is_changed {
            farm.control(Method::POST, &format!("streams/{stream}"), &json!({})).await;
        }
        let place = cut.place().expect("a version");
        let mut download = farm.open(&url, Some(&place)).await.expect("the rest");
        assert_eq!(download.begins_at(), if is_changed { 0 } else { at });
        bytes.truncate(usize::try_from(download.begins_at()).expect("small"));
        assert_eq!(rest(&mut download, &mut bytes).await, Ok(()));
        assert!(bytes == farm.expected(&stream, &url).await, "changed: {is_changed}");
    }
    farm.fault("file", "wrongLength").await;
    let mut download = farm.open(&url, None).await.expect("a file");
    assert!(matches!(rest(&mut download, &mut Vec::new()).await, Err(DownloadError::Cut { .. })));
}

#[tokio::test]
async fn an_address_that_is_too_old_or_leads_elsewhere_gives_nothing() {
    let farm = Connected::start().await;
    let stream = farm.stream(&[10]).await;
    let url = farm.urls(&stream).await.expect("addresses").remove(0);
    farm.fault("file", "redirect").await;
    assert_eq!(farm.open(&url, None).await.err(), Some(DownloadError::Refused { status: 302 }));
    farm.world
        .fault(json!({ "call": "file", "fault": "status", "status": 503, "retryAfter": 7 }))
        .await;
    let busy = DownloadError::Busy { status: 503, retry_after: Some(7) };
    assert_eq!(farm.open(&url, None).await.err(), Some(busy));
    farm.world.pass(15, 0);
    assert_eq!(farm.open(&url, None).await.err(), Some(DownloadError::Expired { status: 404 }));
    let new = farm.urls(&stream).await.expect("addresses").remove(0);
    assert!(farm.open(&new, None).await.is_ok());
}

#[tokio::test]
async fn a_listing_that_is_not_whole_is_none_and_neither_is_one_after_the_end_of_sharing() {
    let farm = Connected::start().await;
    let stream = farm.stream(&[10]).await;
    for fault in ["malformed", "cut", "wrongLength"] {
        for call in ["listFields", "download"] {
            farm.fault(call, fault).await;
            let (listing, urls) = if call == "download" {
                (None, farm.urls(&stream).await.err())
            } else {
                (farm.shared().await.err(), None)
            };
            let error = listing.or(urls);
            assert!(
                matches!(error, Some(UpstreamError::Unavailable(_))),
                "{call} {fault}: {error:?}"
            );
        }
    }
    for body in ["{}", "[]<html>", r#"[{"plots":[]}]"#, r#"[{"fields":[{"uuid":"../x"}]}]"#] {
        farm.world.fault(json!({ "call": "listFields", "fault": "answer", "body": body })).await;
        let error = farm.shared().await.err();
        assert!(matches!(error, Some(UpstreamError::Unavailable(_))), "{body}: {error:?}");
    }
    farm.world.unshare(FARM).await;
    let refused = |error| matches!(error, Some(UpstreamError::Refused { status: 404 }));
    assert!(refused(farm.shared().await.err()));
    assert!(refused(farm.urls(&stream).await.err()));
}
