//! Checked configurations with their secrets: who asks an authorization server for tokens.

mod client;
mod jwt;
mod text;

pub use client::{Client, ClientAuthentication};
pub use jwt::{JwtConfig, JwtCredential};
pub use text::{name, secret};
