//! Access tokens for Node.js programs that call Salesforce: minted, cached, shared and renewed.
//!
//! The words, after the standards:
//!
//! * **assertion**: the signed JWT that says who we are (RFC 7523)
//! * **grant**: what is traded for an access token at the token endpoint (RFC 6749)
//! * **issuer**, **authorization server**: the server that issues tokens
//! * **audience**, **subject**, **client id**: the claims `aud`, `sub`, `iss` of an assertion
//! * **instance URL**: the org's API host, as the token response names it (Salesforce)
//! * **login**: who asks, by which grant, and the name of the token
//! * **mint**: one granted access token; a **request** is one POST that asked for it
//! * **token source**: gives a token; asks the cache, then the issuer
//! * **token cache**: the near tier, in this process
//! * **flight**: one running request for a token, on which all callers of one login wait
//! * **identity**: the name under which a token is cached, derived from the credential
//! * **lineage**: a refresh token and its successors
//! * **offer**: a new refresh token that one caller stores before anybody gets the access token
//! * **epoch**: the time between two clears of one cache
//! * **patience**: the time and the attempts that one mint may take
//! * **ticket**: the number of one minted token; looking the ticket up tells whether the token may
//!   be used
//!
//! A file beside this one is ground: every room may import it, and it imports ground only. A folder
//! is a room with a rank. A room imports ground and rooms of lower ranks. `tests/house.rs` checks it.
//!
//! | room | rank | knows |
//! |---|---|---|
//! | [`clock`], [`entropy`], [`failure`], [`identity`], [`life`], [`origin`], [`secret`], [`token`], [`bounded`] | ground | one thing each |
//! | [`private_key`] | 2 | pasted keys and signing |
//! | [`transport`] | 2 | one HTTP request |
//! | [`retry`] | 3 | attempts inside one budget |
//! | [`credential`] | 3 | checked configurations with their secrets |
//! | [`cache`] | 3 | cached tokens and their deadlines |
//! | [`lineage`] | 4 | refresh tokens through their rotations |
//! | [`grant`] | 4 | token requests, one file for each grant |
//! | [`authorization_server`] | 5 | token endpoints and their answers, one folder for each issuer |
//! | [`source`] | 6 | the order: cache, flight, issuer |
//! | [`node`] | 7 | Node.js: the classes and values that cross the boundary |

#![warn(missing_docs)]

#[forbid(unsafe_code)]
pub mod authorization_server;
#[forbid(unsafe_code)]
pub mod bounded;
#[forbid(unsafe_code)]
pub mod cache;
#[forbid(unsafe_code)]
pub mod clock;
#[forbid(unsafe_code)]
pub mod credential;
#[forbid(unsafe_code)]
pub mod entropy;
#[forbid(unsafe_code)]
pub mod failure;
#[forbid(unsafe_code)]
pub mod grant;
#[forbid(unsafe_code)]
pub mod identity;
#[forbid(unsafe_code)]
pub mod life;
#[forbid(unsafe_code)]
pub mod lineage;
#[cfg(feature = "node")]
pub mod node;
#[forbid(unsafe_code)]
pub mod origin;
#[forbid(unsafe_code)]
pub mod private_key;
#[forbid(unsafe_code)]
pub mod retry;
#[forbid(unsafe_code)]
pub mod secret;
#[forbid(unsafe_code)]
pub mod source;
#[forbid(unsafe_code)]
pub mod token;
#[forbid(unsafe_code)]
pub mod transport;
