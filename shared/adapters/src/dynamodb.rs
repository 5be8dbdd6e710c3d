//! One table. Its rows:
//!
//! | `pk` | `sk` | what it is |
//! |---|---|---|
//! | `USER#{leafUserId}` | `PROFILE` | Leaf user |
//! | `USER#{leafUserId}` | `SESSION` | the one session that it can have: a new start overwrites it |
//! | `USER#{leafUserId}` | `CREDENTIAL` | the one credential that it can have |
//! | `USER#{leafUserId}` | `SUMMARY` | how much its operation shared when that was counted last |
//! | `EXTERNALID#{externalId}` | `USER` | the Leaf user that a magic link for this external id is for: a claim |
//! | `EVENTS#{leafUserId}` | `{createdDate}#{id}` | the credential's history, 30 days |
//! | `CREDENTIAL#{credentialId}` | `USER` | whose credential it is, for Leaf's alerts; only with the upstream `leaf` |
//! | `SESSION#{sessionId}` | `USER` | whose session it is, for the hop link |
//! | `OPERATION#{environment}#{hash}` | `OWNER` | the Leaf user that the operation belongs to, or that it is withdrawn |
//! | `WITHDRAWN#{environment}#{app key}` | `{hash}` | an operation that was withdrawn from the app key |
//! | `OPERATION#{environment}#{hash}` | `STARTED#{sharingUrlId}` | sessions that were started with its code |
//! | `OPERATION#{environment}#{hash}` | `KEPT#{sharingUrlId}` | an unclaimed confirmation, 24 hours |
//! | `MAGICLINK#{magicLinkId}` | `LINK` | magic link, until 90 days after its end |
//! | `MAGICLINKS#{leafUserId}` | `{kind}#{createdAt}#{magicLinkId}` | that the link is this Leaf user's |
//! | `APIKEY#{apiKeyId}` | `KEY` | API key of a partner's page, until 90 days after its end |
//! | `APIKEYS#{leafUserId}` | `{createdAt}#{apiKeyId}` | that the key is this Leaf user's |
//! | `APPKEYS` | `{environment}#{appName}` | app key |
//! | `SHARINGURL#{sharingUrlId}` | `APPKEY` | the app key that has it: a claim, and a copy of the row |
//! | `CLIENT#{environment}#{hash}` | `{appName}` | an app key of this client id: a copy of the row |
//! | `LOGIN#{environment}#{appName}` | `STATE` | whether Panorama accepts the partner's login, when its listing was last read, who may renew its tokens |
//! | `KEPT#{sharingUrlId}#{whose}` | `{window}` | how many unclaimed confirmations were stored in those ten minutes for a session, or for a client (`whose` is its id, or the keyed hash of its address) |
//! | `ATTEMPT#{hash}` | `LOGIN` | what came of a login that was not stored, or was checked, a day |
//! | `ATTEMPT#{environment}#{appName}` | `RENEWAL#{version}` | what came of renewing the tokens of a version of the app key's secret, a day |
//! | `TOTAL#USERS` | `0` to `f` | a sixteenth of how many Leaf users there are |
//! | `TOTAL#CONNECTIONS#{environment}#{appName}` | `0` to `f` | likewise, the app key's connections, and how many of them have each status |
//! | `SIGNIN#{hash}` | `FAILURES` | sign-ins that failed, of a name and a client; 24 hours after the last |
//! | `WEBHOOKS` | `WEBHOOK#{id}` | webhook |
//! | `WEBHOOKS` | `EVENT#{event}` | the one webhook that is told of it: a claim |
//! | `WEBHOOKS` | `REPLAY#{id}` | a wish that a webhook be told once more what happened, 30 days |
//! | `ALERTS` | `{createdAt}#{changeId}` | an alert about a connection, whoever was told, 30 days |
//! | `DATAALERTS` | `{createdAt}#{changeId}` | likewise, about data |
//! | `ALERT#{changeId}` | `ALERT` | the same by its id |
//! | `FAILEDCALLS` | `{createdAt}#{changeId}` | a call that a webhook's receiver did not take, 30 days |
//!
//! `{hash}` is a keyed hash: an organization code is only in the attributes of session and
//! credential rows. `KEPT#`, `keptAt`, `keptUntil` (of unclaimed confirmations) and `lookedAt` (of
//! status refreshes) are words that the code no longer uses; tables that are deployed have them.

mod api_keys;
mod app_keys;
pub mod catalogue;
pub mod change_message;
mod connection_checks;
mod connection_list;
mod connections;
mod earlier_connections;
mod events;
mod failure;
mod item;
mod leaf_users;
mod logins;
mod magic_links;
mod rows;
pub mod schema;
mod sign_ins;
mod start;
mod summaries;
mod table;
mod totals;
mod unclaimed;
mod webhooks;

pub use table::Table;
