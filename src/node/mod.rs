//! The only room that knows Node.js: classes and plain values for `lib/`. Users do not see them.
//!
//! Failures cross as values ([`outcome::Outcome`]): a rejection made here would have no code and no
//! stack, and would not be `instanceof Error` under Jest. Every synchronous export catches panics,
//! because a panic that reaches Node.js aborts the process.

#![allow(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::needless_pass_by_value,
    reason = "counts and times stay far below 2^53, and napi passes values"
)]

pub mod authorization_code;
pub mod jwt_config;
mod life;
pub mod login;
pub mod outcome;
pub mod peek;
mod promise;
pub mod refresh_token;
pub mod rotation;
pub mod secret_text;
mod shared;
mod start;
pub mod token_source;
