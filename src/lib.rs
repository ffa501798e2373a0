//! Access tokens for Node.js programs that call Salesforce: minted, cached, shared and renewed.
//!
//! The words, after the standards:
//!
//! * **assertion**: the signed JWT that says who we are (RFC 7523)
//! * **grant**: what is traded for an access token at the token endpoint (RFC 6749)
//! * **authorization server**: who issues tokens; Salesforce
//! * **audience**, **subject**, **client id**: the claims `aud`, `sub`, `iss` of an assertion
//! * **instance URL**: the org's API host, as the token response names it (Salesforce)
//! * **token source**: gives a token; asks the cache, then the authorization server
//! * **flight**: one running request for a token, on which all callers of one identity wait
//! * **identity**: the name of a kept token, derived from the credential, so that it cannot be guessed
//! * **lineage**: a refresh token and all those that took its place
//! * **ticket**: the number of one minted token; a look at it tells whether the token may be used
//!
//! A call goes down this list of rooms and no room knows one above it:
//!
//! | room | knows |
//! |---|---|
//! | [`node`] | Node.js: the classes and values that cross the boundary |
//! | [`source`] | the order: cache, flight, authorization server |
//! | [`flight`], [`cache`], [`refusals`], [`mint_cap`] | one request an identity; what is kept; what was refused; how often |
//! | [`authorization_server`] | audience, retries, the answer |
//! | [`grant`] | form bodies |
//! | [`holder`] | who asks, by which grant |
//! | [`assertion`], [`lineages`] | claims and signature; to which lineage a refresh token belongs |
//! | [`identity`] | names of tokens |
//! | [`transport`], [`private_key`], [`credential`], [`client`], [`lineage`], [`origin`], [`deadlines`], [`token`], [`entropy`], [`failure`], [`secret`], [`clock`] | one thing each |

#![warn(missing_docs)]

#[forbid(unsafe_code)]
pub mod assertion;
#[forbid(unsafe_code)]
pub mod authorization_server;
#[forbid(unsafe_code)]
pub mod cache;
#[forbid(unsafe_code)]
pub mod client;
#[forbid(unsafe_code)]
pub mod clock;
#[forbid(unsafe_code)]
pub mod credential;
#[forbid(unsafe_code)]
pub mod deadlines;
#[forbid(unsafe_code)]
pub mod entropy;
#[forbid(unsafe_code)]
pub mod failure;
#[forbid(unsafe_code)]
pub mod flight;
#[forbid(unsafe_code)]
pub mod grant;
#[forbid(unsafe_code)]
pub mod holder;
#[forbid(unsafe_code)]
pub mod identity;
#[forbid(unsafe_code)]
pub mod lineage;
#[forbid(unsafe_code)]
pub mod lineages;
#[forbid(unsafe_code)]
pub mod mint_cap;
#[cfg(feature = "node")]
pub mod node;
#[forbid(unsafe_code)]
pub mod origin;
#[forbid(unsafe_code)]
pub mod private_key;
#[forbid(unsafe_code)]
pub mod refusals;
#[forbid(unsafe_code)]
pub mod secret;
#[forbid(unsafe_code)]
pub mod source;
#[forbid(unsafe_code)]
pub mod token;
#[forbid(unsafe_code)]
pub mod transport;
