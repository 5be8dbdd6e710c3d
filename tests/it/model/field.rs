//! The machine that a story is played on: does its steps, and reads what is stored.

use std::collections::{BTreeMap, HashMap};

use application::ports::clock::Clock as _;
use application::use_cases::expire_session::expire_session;
use application::use_cases::resume_handshake::resume_handshake;
use aws_sdk_dynamodb::types::AttributeValue;
use domain::client_environment::ClientEnvironment;
use domain::timestamp::Timestamp;
use local::function_scope;
use reqwest::header::{COOKIE, REFERER};
use reqwest::{Method, RequestBuilder};
use serde_json::json;

use super::expected::{Credential, Phase, Session, Sharing, State};
use super::steps::{BROWSERS, CODES, Request, Step, USERS};
use crate::doomed::Doomed;
use crate::world::{Browser, MANAGEMENT, World};

type Row = HashMap<String, AttributeValue>;

pub(super) struct Field {
    world: World,
    beginning: Timestamp,
    users: Vec<String>,
    browsers: Vec<Browser>,
    /// The operations by what keys carry of them.
    hashes: BTreeMap<String, usize>,
}

/// What is stored.
#[derive(Debug)]
pub(super) struct Observed {
    pub(super) state: State,
    /// By Leaf user: what is stored of the cookie of its session.
    pub(super) browsers: [Option<String>; USERS],
}

impl Field {
    pub(super) async fn new() -> Self {
        let world = World::start().await;
        let mut users = Vec::new();
        for user in 0..USERS {
            users.push(world.create_user(&format!("user-{user}")).await);
        }
        let browsers = (0..BROWSERS).map(|_| world.browser()).collect();
        let key = world.machine.service.ports.index_key().await.expect("the index key");
        let hash =
            |code: &str| key.organization(ClientEnvironment::Stage, &code.parse().expect("a code"));
        let hashes = CODES
            .iter()
            .enumerate()
            .map(|(code, text)| (hash(text).as_str().to_owned(), code))
            .collect();
        Self { beginning: world.clock.now(), world, users, browsers, hashes }
    }

    pub(super) fn now(&self) -> u64 {
        self.world.clock.now().seconds_since(self.beginning)
    }

    /// Does a step. The answer is the page of a callback.
    pub(super) async fn do_step(&mut self, step: &Step, before: &State) -> Option<String> {
        match step {
            Step::Asked(request) => return self.ask(request, before).await,
            Step::Dies(calls, request) => Box::pin(self.ask_doomed(*calls, request, before)).await,
            Step::SwitchOn(code) => drop(self.world.share(CODES[*code]).await),
            Step::SwitchOff(code) => self.world.unshare(CODES[*code]).await,
            Step::Pass(seconds) => self.world.pass(0, *seconds),
            Step::Recreate(user) => {
                let path = format!("{MANAGEMENT}/users/{}", self.users[*user]);
                let (status, answer) =
                    self.world.json(self.world.owner(Method::DELETE, &path)).await;
                assert!(status.is_success(), "{status} {answer}");
                self.users[*user] = self.world.create_user("again").await;
            }
            Step::Fault(call, fault) => {
                self.world
                    .fault(json!({
                        "call": call, "fault": fault, "status": (*fault == "status").then_some(503),
                    }))
                    .await;
            }
            Step::ExpireTokens => self.world.fault(json!({ "fault": "expireTokens" })).await,
            Step::Mend => self.world.mend().await,
        }
        None
    }

    async fn ask(&mut self, request: &Request, before: &State) -> Option<String> {
        match *request {
            Request::Check => {
                let deadline = self.world.clock.now().plus(std::time::Duration::from_mins(1));
                function_scope::check_connections(&self.world.machine.service, deadline)
                    .await
                    .expect("a report");
            }
            Request::Deliver(_) => {
                self.world.machine.outbox.deliver().await.expect("the stream can be read");
            }
            Request::Hop(_, browser)
            | Request::Follow(_, browser)
            | Request::Callback(Some(browser), _)
            | Request::Lured(browser, _) => {
                let request = self.request(request, before)?;
                return Some(self.browsers[browser].send_and_land(request).await.outcome);
            }
            Request::Callback(None, _) => {
                let request = self.request(request, before)?;
                return Some(self.world.browser().send_and_land(request).await.outcome);
            }
            Request::Start(..) | Request::Look(_) | Request::Delete(_) => {
                self.world.json(self.request(request, before)?).await;
            }
        }
        None
    }

    async fn ask_doomed(&self, calls: usize, request: &Request, before: &State) {
        let doomed = Doomed::after(calls, &self.world).await;
        match *request {
            Request::Check => {
                let deadline = self.world.clock.now().plus(std::time::Duration::from_mins(1));
                drop(function_scope::check_connections(&doomed.service, deadline).await);
            }
            Request::Deliver(user) => {
                let id = self.users[user].parse().expect("an id");
                let finishing = resume_handshake(&doomed.service.ports, id);
                drop(function_scope::as_function("finish-confirmations", finishing).await);
                let session =
                    before.users[user].session.as_ref().and_then(|session| session.id.as_ref());
                if let Some(session) = session.and_then(|session| session.parse().ok()) {
                    let expiring = expire_session(
                        &doomed.service.ports,
                        &*doomed.service.records,
                        id,
                        session,
                    );
                    drop(function_scope::as_function("expire-sessions", expiring).await);
                }
            }
            _ => {
                let Some(sent) = self.request(request, before) else { return };
                let sent = match *request {
                    Request::Hop(_, browser)
                    | Request::Follow(_, browser)
                    | Request::Callback(Some(browser), _)
                    | Request::Lured(browser, _) => {
                        let cookies = &self.browsers[browser].cookies;
                        let cookies: Vec<_> =
                            cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
                        sent.header(COOKIE, cookies.join("; "))
                    }
                    _ => sent,
                };
                doomed.take(sent).await;
            }
        }
    }

    /// The HTTP request; `None` for the hop link of a Leaf user without a session.
    fn request(&self, request: &Request, before: &State) -> Option<RequestBuilder> {
        let world = &self.world;
        let link = |user: usize| {
            let session = before.users[user].session.as_ref()?;
            Some(world.api(&format!("/connect/{}", session.id.as_ref()?)))
        };
        let of =
            |user: usize, path: &str| format!("{MANAGEMENT}/users/{}/{path}", self.users[user]);
        Some(match *request {
            Request::Start(user, code) => {
                let body = world.start_body("STAGE", code.map(|code| CODES[code]));
                world.owner(Method::POST, &of(user, "one-click-integration/Panorama")).json(&body)
            }
            Request::Follow(user, _) => world.http.get(link(user)?),
            Request::Hop(user, _) => {
                world.http.post(link(user)?).header("sec-fetch-site", "same-origin")
            }
            Request::Callback(_, code) => {
                world.http.get(world.callback(CODES[code])).header(REFERER, world.panorama("/"))
            }
            Request::Lured(_, code) => world
                .http
                .get(world.callback(CODES[code]))
                .header(REFERER, "https://elsewhere.example/"),
            Request::Look(user) => {
                world.owner(Method::GET, &of(user, "panorama-credentials?verify=true"))
            }
            Request::Delete(user) => world.owner(Method::DELETE, &of(user, "panorama-credentials")),
            Request::Check | Request::Deliver(_) => return None,
        })
    }

    /// What is stored now, if it is in order: an operation has one owner, who has its credential;
    /// no key has a code in it.
    pub(super) async fn observe(&self) -> Result<Observed, String> {
        let dynamodb = &self.world.machine.dynamodb;
        let rows = dynamodb
            .scan()
            .table_name(local::environment::TABLE_NAME)
            .send()
            .await
            .expect("the rows");
        let mut sharing = [Sharing::Off; USERS];
        for (code, text) in CODES.iter().enumerate() {
            let url = self.world.panorama(&format!("/control/operations/{text}"));
            let (_, answer) = self.world.json(self.world.http.get(url)).await;
            sharing[code] = match answer["sharing"].as_str() {
                Some("confirmed") => Sharing::Confirmed,
                Some("switchedOn") => Sharing::SwitchedOn,
                _ => Sharing::Off,
            };
        }
        let users = Default::default();
        let mut state = State {
            users,
            owners: BTreeMap::new(),
            kept: BTreeMap::new(),
            sharing,
            looked_at: None,
        };
        let mut browsers = [const { None }; USERS];
        for row in rows.items() {
            Self::shows_no_code(row)?;
            let (partition, sort) =
                (text(row, "pk").expect("a key"), text(row, "sk").expect("a key"));
            let user = |id: &str| self.users.iter().position(|known| known == id);
            let operation =
                || partition.rsplit('#').next().and_then(|hash| self.hashes.get(hash)).copied();
            match sort.split('#').next().expect("a part") {
                "SESSION" => {
                    let Some(user) = user(partition.trim_start_matches("USER#")) else { continue };
                    if text(row, "leafUserId").as_deref() != Some(&self.users[user]) {
                        return Err(format!("a session is stored at another Leaf user: {row:?}"));
                    }
                    browsers[user] = text(row, "browser");
                    state.users[user].session = Some(self.session(row));
                }
                "CREDENTIAL" => {
                    let Some(user) = user(partition.trim_start_matches("USER#")) else { continue };
                    let is_active = text(row, "status").as_deref() == Some("ACTIVE");
                    let code = code(row, "organizationCode").expect("a code");
                    state.users[user].credential = Some(Credential {
                        code,
                        is_active,
                        since: self.moment(row, "statusSince"),
                    });
                }
                "OWNER" => {
                    let owner = text(row, "leafUserId").and_then(|id| user(&id));
                    let owner =
                        owner.ok_or_else(|| format!("an operation's owner is gone: {row:?}"))?;
                    state.owners.insert(operation().expect("an operation"), owner);
                }
                "KEPT" => {
                    let until = self.moment(row, "keptUntil");
                    if self.now() < until {
                        state.kept.insert(operation().expect("an operation"), until);
                    }
                }
                "STATE" => {
                    state.looked_at = text(row, "lookedAt").map(|_| self.moment(row, "lookedAt"));
                }
                _ => {}
            }
        }
        let credentials = state.users.iter().enumerate();
        let of_credentials: Vec<_> = credentials
            .filter_map(|(user, has)| has.credential.map(|credential| (credential.code, user)))
            .collect();
        let owners: Vec<_> = state.owners.iter().map(|(code, user)| (*code, *user)).collect();
        let mut sorted = of_credentials;
        sorted.sort_unstable();
        if sorted != owners {
            return Err(format!(
                "credentials (operation, Leaf user) {sorted:?}, owners {owners:?}"
            ));
        }
        Ok(Observed { state, browsers })
    }

    fn session(&self, row: &Row) -> Session {
        let confirmed = || code(row, "confirmedCode").expect("a code");
        let attempts = || row["attempts"].as_n().expect("a number").parse().expect("a number");
        let phase = match text(row, "state").as_deref() {
            Some("Pending") => Phase::Pending,
            Some("Confirming") => {
                let lease_until = self.moment(row, "leaseUntil");
                let again = row.contains_key("reopenedCode");
                Phase::Confirming { code: confirmed(), lease_until, attempts: attempts(), again }
            }
            Some("Completed") => Phase::Completed { code: confirmed() },
            Some("Expired") => Phase::Expired,
            Some("OperationOwned") => Phase::OperationOwned,
            _ => Phase::TooManyOperations,
        };
        Session {
            id: text(row, "id"),
            code: code(row, "organizationCode"),
            started_at: self.moment(row, "startedAt"),
            is_bound: row.contains_key("browser"),
            asked_up_to: row.contains_key("askedUpTo").then(|| self.moment(row, "askedUpTo")),
            phase,
        }
    }

    fn moment(&self, row: &Row, name: &str) -> u64 {
        let moment = Timestamp::parse(&text(row, name).expect("a moment")).expect("a moment");
        moment.seconds_since(self.beginning)
    }

    /// A code is in two attributes and nowhere else, least of all in a key.
    fn shows_no_code(row: &Row) -> Result<(), String> {
        let mut rest = row.clone();
        rest.retain(|name, _| {
            !["organizationCode", "confirmedCode", "reopenedCode"].contains(&name.as_str())
        });
        let rest = format!("{rest:?}");
        match CODES.iter().find(|code| rest.contains(**code)) {
            None => Ok(()),
            Some(code) => Err(format!("{code} is in {rest}")),
        }
    }
}

fn text(row: &Row, name: &str) -> Option<String> {
    row.get(name)?.as_s().ok().cloned()
}

fn code(row: &Row, name: &str) -> Option<usize> {
    let text = text(row, name)?;
    CODES.iter().position(|code| *code == text)
}
