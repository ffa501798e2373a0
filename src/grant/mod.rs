//! What is traded for an access token at the token endpoint (RFC 6749 §1.3): one file a grant.

pub mod jwt_bearer;
