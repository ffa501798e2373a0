//! The properties of the laws, for a fuzzer that looks for inputs which break them.

#[path = "../../tests/laws/properties.rs"]
pub mod properties;
