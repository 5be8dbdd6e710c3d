//! `{:?}` of what holds secrets: it is one careless `tracing::debug!` away from a log.

use std::fmt::Debug;

use application::ports::connections::{
    Account, CallbackFacts, Completion, Start, StartConflict, UnclaimedConfirmation,
};
use application::ports::secrets::VersionedSecret;
use application::use_cases::credential_status::CredentialStatusView;
use application::use_cases::open_hop_link::Hop;
use application::use_cases::receive_confirmation::{Confirmation, Intent};
use application::use_cases::resolve_app_key::AppKeyHint;
use application::use_cases::start_integration::{StartRequest, Started};
use domain::app_key::{AppKey, AppKeyId};
use domain::binding::{Binding, Evidence, Proof, bind};
use domain::browser::{BindingCookie, ShownCookies};
use domain::caller::Caller;
use domain::client_environment::ClientEnvironment;
use domain::credential::{Credential, CredentialStatus};
use domain::event::Event;
use domain::freshness::DataFreshness;
use domain::ids::{CredentialId, EventId, LeafUserId, SessionId, SharingUrlId};
use domain::leaf_user::{LeafUser, Profile};
use domain::operation::Operation;
use domain::organization_code::{IndexKey, OrganizationCode};
use domain::owner::{Owner, Owners, SigningKey};
use domain::partner::{PartnerCredentials, PartnerSecret, PartnerTokens};
use domain::session::hop_link::Opened;
use domain::session::{Received, Session};
use domain::timestamp::Timestamp;
use time::macros::datetime;
use uuid::Uuid;
use web::fields::Fields;
use web::parameters::Query;

/// In every planted text. The keys' bytes would be shown as numbers, or as base64.
const PLANTED: &str = "planted";
const KEY: [u8; 32] = [0xAB; 32];
const KEY_SHOWN: [&str; 4] = ["171", "ab", "AB", "q6ur"];

#[test]
fn debug_of_partner_secrets_shows_none_of_them() {
    let secret = partner_secret();
    let PartnerSecret { credentials, tokens } = &secret;
    redacted(&credentials.client_id);
    redacted(&credentials.username);
    redacted(&credentials.password);
    redacted(credentials);
    redacted(tokens);
    redacted(&secret);
    let written_at = Timestamp::new(time::OffsetDateTime::UNIX_EPOCH);
    redacted(&VersionedSecret { secret: secret.clone(), version: "1".to_owned(), written_at });
    let hint = AppKeyHint {
        environment: ClientEnvironment::Stage,
        app_name: None,
        sharing_url_id: None,
        default_sharing_url_id: None,
        credentials: Some(credentials.clone()),
        may_register: true,
    };
    redacted(&hint);
    redacted(&StartRequest {
        leaf_user_id: LeafUserId(Uuid::new_v4()),
        organization_code: Some(code()),
        app_key: hint,
        confirm_account: true,
        tap: None,
    });
}

#[test]
fn debug_of_the_services_keys_and_owners_shows_none_of_them() {
    let signing_key = SigningKey(KEY.to_vec());
    let owner =
        Owner { username: "owner".to_owned(), password_hash: "planted-hash".to_owned().into() };
    for shown in [
        format!("{signing_key:?}{:?}", IndexKey::new(&KEY)),
        format!("{signing_key:#?}{:#?}", IndexKey::new(&KEY)),
    ] {
        // `REDACTED` itself has none of these in it.
        assert!(!KEY_SHOWN.iter().any(|key| shown.contains(key)), "{shown}");
    }
    redacted(&owner);
    redacted(&Owners { signing_key, owners: vec![owner] });
}

#[test]
fn debug_of_whatever_holds_a_code_does_not_show_it() {
    let app_key = app_key();
    let operation = Operation::new(&index_key(), ClientEnvironment::Stage, &code());
    let started = Session::start(
        SessionId(Uuid::new_v4()),
        LeafUserId(Uuid::new_v4()),
        &app_key,
        Some(code()),
        now(),
    );
    let confirming = started.clone().already_confirmed(code(), &operation, now());
    let handshake = confirming.handshake().expect("a handshake").clone();
    let completed = confirming.clone().complete(handshake.code.clone());
    let credential = credential(&completed, &operation);
    redacted(&code());
    redacted(&operation);
    redacted(&handshake);
    for session in [&started, &confirming, &completed] {
        redacted(session);
        redacted(&session.state);
        redacted(&session.clone().receive(&code(), &operation, now()));
        redacted(&Binding::To(Box::new(session.clone()), Proof::Code));
        redacted(&StartConflict::Unfinished(Box::new(session.clone())));
        redacted(&CredentialStatusView::Pending(Box::new(session.clone())));
    }
    redacted(&Received::Begin(confirming.clone()));
    let evidence = Evidence {
        by_cookie: vec![confirming.clone()],
        by_code: vec![started.clone()],
        ..Evidence::default()
    };
    redacted(&evidence);
    redacted(&bind(evidence, &code(), now()));
    redacted(&credential);

    let kept = UnclaimedConfirmation {
        operation: &operation,
        app_key: &app_key.id,
        sharing_url_id: app_key.sharing_url_id,
        at: now(),
        until: now(),
    };
    redacted(&kept);
    redacted(&Start {
        session: &started,
        app_key: &app_key,
        operation: Some(&operation),
        replaces: Some(&confirming),
        unclaimed: Some(kept),
        claims: true,
        tap: None,
    });
    let event = Event::new(EventId(Uuid::new_v4()), Event::CONFIRM, 200, "It is a test.", now());
    redacted(&Completion { session: &completed, credential: &credential, event: &event });
    redacted(&Account {
        user: leaf_user(),
        session: Some(completed),
        credential: Some(credential.clone()),
    });
    redacted(&CallbackFacts { cookie_sessions: vec![confirming], ..CallbackFacts::default() });
    let share_initiation_url = "https://panorama.example/connections".parse().expect("a URL");
    redacted(&Started {
        session: started,
        upstream_url: share_initiation_url,
        connected: false,
        cookie: None,
    });
    let PartnerCredentials { client_id, username, .. } = partner_secret().credentials;
    redacted(&CredentialStatusView::Credential {
        credential: Box::new(credential),
        login: Some((client_id, username)),
        checked_at: None,
        freshness: DataFreshness::default(),
    });
}

#[test]
fn debug_of_a_binding_cookie_does_not_show_its_proof() {
    let session = Session::start(
        SessionId(Uuid::new_v4()),
        LeafUserId(Uuid::new_v4()),
        &app_key(),
        None,
        now(),
    );
    let cookie = BindingCookie::new(session.leaf_user_id, session.id, [1; 32]);
    let header = cookie.set_cookie();
    let proof = header
        .split(';')
        .next()
        .and_then(|pair| pair.rsplit('.').next())
        .expect("a proof")
        .to_owned();
    let to = "https://panorama.example/connections".parse().expect("a URL");
    let confirmation = Confirmation {
        sharing_url_id: SharingUrlId(Uuid::new_v4()),
        code: code(),
        cookies: ShownCookies::from_iter([cookie.clone()]),
        caller: Caller::at(None),
        intent: Intent::FromPanorama,
    };
    redacted(&confirmation);
    let Opened::Bound(bound) = session.continue_in(None, &cookie, now()) else {
        panic!("the first browser is bound")
    };
    for shown in [
        format!("{cookie:?} {cookie:#?}"),
        format!("{bound:?} {bound:#?}"),
        format!("{confirmation:?} {confirmation:#?}"),
        format!("{:#?}", Hop::Onward { to, cookie: Some(Box::new(cookie)) }),
    ] {
        assert!(!shown.contains(&proof), "{shown}");
    }
}

#[tokio::test]
async fn debug_of_a_request_does_not_show_what_was_sent() {
    let body = r#"{"password":"planted-password","planted-name":"planted","username":["planted"],"clientId":""}"#;
    let mut fields = Fields::read(body.into()).await.expect("an object");
    let _: Option<OrganizationCode> = fields.required("username");
    let _: Option<OrganizationCode> = fields.required("clientId");
    redacted(&fields);
    redacted(&fields.finish().expect_err("two are wrong"));
    redacted(&Query::of(&"/callback?orgCode=planted-code".parse().expect("a URI")));
}

/// Neither form of `Debug` shows anything planted.
fn redacted(value: &impl Debug) {
    for shown in [format!("{value:?}"), format!("{value:#?}")] {
        assert!(!shown.contains(PLANTED), "{shown}");
        assert!(!shown.contains("171, 171"), "{shown}");
    }
}

fn now() -> Timestamp {
    Timestamp::new(datetime!(2026-11-22 12:00 UTC))
}

fn code() -> OrganizationCode {
    "planted-code".parse().expect("a code")
}

fn index_key() -> IndexKey {
    IndexKey::new(&KEY)
}

fn partner_secret() -> PartnerSecret {
    PartnerSecret {
        credentials: PartnerCredentials {
            client_id: "planted-client".parse().expect("a client id"),
            username: "planted-username".parse().expect("a username"),
            password: "planted-password".parse().expect("a password"),
        },
        tokens: Some(PartnerTokens {
            access: "planted-access".parse().expect("a token"),
            access_expires_at: now(),
            refresh: Some("planted-refresh".parse().expect("a token")),
            refresh_rotates: false,
        }),
    }
}

fn app_key() -> AppKey {
    let environment = ClientEnvironment::Stage;
    AppKey {
        id: AppKeyId { name: "app".parse().expect("a name"), environment },
        sharing_url_id: SharingUrlId(Uuid::new_v4()),
        client: index_key().client(environment, "planted-client"),
        created_at: now(),
        version: 1,
    }
}

fn credential(session: &Session, operation: &Operation) -> Credential {
    Credential {
        id: CredentialId(Uuid::new_v4()),
        leaf_user_id: session.leaf_user_id,
        app_key: session.app_key.clone(),
        organization_code: code(),
        operation: operation.clone(),
        status: CredentialStatus::Active,
        created_at: now(),
        status_since: now(),
        silent_since: now(),
        checked_at: None,
        is_upstreams: false,
    }
}

fn leaf_user() -> LeafUser {
    let profile = Profile {
        name: "Maria".parse().expect("a name"),
        email: Some("maria@farm.example".parse().expect("an address")),
        phone: None,
        address: None,
        external_id: None,
    };
    LeafUser { id: LeafUserId(Uuid::new_v4()), profile, created_at: now() }
}
