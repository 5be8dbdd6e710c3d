//! The farmers' part of the scenario: they connect through faults, with cookies, before the partner
//! starts, too late, and to an operation that is another's.

use std::time::Duration;

use reqwest::{Method, StatusCode};
use serde_json::json;

use super::scenario::{BY_COOKIE, FAULTY, KEPT, LATE, LeakScenario, OWNED, faults};
use crate::world::MANAGEMENT;

impl LeakScenario {
    pub(super) async fn connect_by_code_through_faults(&mut self) {
        let user = self.user("faulty").await;
        self.start(&user, Some(FAULTY)).await;
        self.status_of(&user, &[FAULTY]).await;
        self.world.share(FAULTY).await;
        for fault in faults("confirmSharing") {
            self.world.fault(fault).await;
            let answer = self.callback(FAULTY, None).await;
            // Two of the faults are answers after the work.
            assert!(["finishing", "connected"].contains(&answer.outcome()), "{answer:#?}");
            self.status_of(&user, &[FAULTY]).await;
        }
        let answer = self.callback(FAULTY, None).await;
        assert_eq!(answer.outcome(), "connected");
        let answer = self.status_of(&user, &[FAULTY]).await;
        assert_eq!(answer.json()["organizationCode"], FAULTY, "the contract's answer has it");
        self.events_and_resources(&user).await;
        for fault in faults("listFields") {
            self.world.fault(fault).await;
            self.events_and_resources(&user).await;
        }
        let revoke = self.world.panorama(&format!("/control/operations/{FAULTY}/revoke"));
        assert!(
            self.world.http.post(revoke).send().await.expect("an answer").status().is_success()
        );
        self.events_and_resources(&user).await;
    }

    pub(super) async fn connect_by_cookie(&mut self) {
        let user = self.user("cookie").await;
        let link = self.start(&user, None).await;
        assert_eq!(self.browse(&link, None).await.outcome(), "whoseAccount");
        let first = self.go_on(&link, None).await;
        let cookie = first.cookie.expect("the first browser is bound");
        let again = self.browse(&link, Some(&cookie)).await;
        assert_eq!((again.status, &again.cookie), (StatusCode::SEE_OTHER, &None));
        let other = self.browse(&link, None).await;
        assert_eq!(other.outcome(), "openedElsewhere", "{other:#?}");
        let request = self.world.http.post(&link).header("sec-fetch-site", "same-origin");
        let cookie = self
            .ask(request)
            .await
            .cookie
            .expect("the farmer said that this browser is to take over");

        // The grower switches nothing on: Panorama refuses.
        let answer = self.callback(BY_COOKIE, Some(&cookie)).await;
        assert_eq!(answer.outcome(), "notShared", "{answer:#?}");
        let broken = format!("{cookie}x");
        for cookie in [None, Some(&*broken), Some("__Host-panorama-connect-x=y")] {
            assert_eq!(self.callback(BY_COOKIE, cookie).await.outcome(), "notBound");
        }
        self.world.share(BY_COOKIE).await;
        assert_eq!(self.callback(BY_COOKIE, Some(&cookie)).await.outcome(), "connected");
        self.status_of(&user, &[BY_COOKIE]).await;

        let user = self.user("many-codes").await;
        let link = self.start(&user, None).await;
        let cookie = self.go_on(&link, None).await.cookie.expect("a cookie");
        for attempt in 1..=6 {
            let code = format!("PlantedTry{attempt}");
            self.planted.plant(&format!("organization code, tried {attempt}"), &code);
            self.callback(&code, Some(&cookie)).await;
        }
        assert_eq!(self.status_of(&user, &[]).await.error_key(), "sessionTooManyOperations");
        self.events_and_resources(&user).await;
        self.browse(&link, Some(&cookie)).await;
    }

    pub(super) async fn keep_and_claim(&mut self) {
        self.world.share(KEPT).await;
        assert_eq!(self.callback(KEPT, None).await.outcome(), "notBound");
        let user = self.user("claims").await;
        self.start(&user, Some(KEPT)).await;
        assert_eq!(self.status_of(&user, &[KEPT]).await.json()["status"], "ACTIVE");
        let other = self.user("disagrees").await;
        let link = self.start(&other, None).await;
        let cookie = self.go_on(&link, None).await.cookie.expect("a cookie");
        self.callback(KEPT, Some(&cookie)).await;
        self.status_of(&other, &[]).await;
    }

    pub(super) async fn come_late(&mut self) {
        let user = self.user("late").await;
        let link = self.start(&user, Some(LATE)).await;
        assert!(link.contains("/connections/"), "with a code it is Panorama's own page");
        let other = self.user("late-cookie").await;
        let link = self.start(&other, None).await;
        let cookie = self.go_on(&link, None).await.cookie.expect("a cookie");
        self.world.clock.advance(Duration::from_mins(16));
        self.world.share(LATE).await;
        assert_eq!(self.callback(LATE, None).await.outcome(), "notBound");
        assert_eq!(self.callback(LATE, Some(&cookie)).await.outcome(), "expired");
        self.browse(&link, Some(&cookie)).await;
        assert_eq!(self.status_of(&user, &[]).await.error_key(), "sessionExpired");
        // A new session, which has the code and stays as it is until the end of the scenario.
        let waits = self.user("waits").await;
        self.start(&waits, Some("PlantedPending")).await;
        self.planted.plant("organization code of a session that waits", "PlantedPending");
        self.status_of(&waits, &["PlantedPending"]).await;
    }

    pub(super) async fn meet_an_owner(&mut self) {
        let (first, second) = (self.user("owns").await, self.user("second").await);
        let link = self.start(&second, None).await;
        let cookie = self.go_on(&link, None).await.cookie.expect("a cookie");
        self.start(&first, Some(OWNED)).await;
        self.world.share(OWNED).await;
        assert_eq!(self.callback(OWNED, None).await.outcome(), "connected");
        let path = format!("{MANAGEMENT}/users/{second}/one-click-integration/Panorama");
        let body = json!({
            "appName": "prairie-insights", "clientEnvironment": "STAGE", "organizationCode": OWNED,
        });
        assert_eq!(
            self.owner(Method::POST, &path, Some(&body)).await.error_key(),
            "operationAlreadyConnected"
        );
        let answer = self.callback(OWNED, Some(&cookie)).await;
        assert!(["operationOwned", "otherOperation"].contains(&answer.outcome()), "{answer:#?}");
        self.status_of(&first, &[OWNED]).await;
        self.status_of(&second, &[]).await;
        self.events_and_resources(&second).await;
    }
}
