//! The bounds of a configured life.

use std::time::Duration;

use jsforce_connection_manager::life::Life;

const DAY: Duration = Duration::from_secs(86_400);
const SECOND: Duration = Duration::from_secs(1);

#[test]
fn a_life_of_a_day_is_the_longest() {
    assert_eq!(Life::new(DAY, Duration::ZERO).unwrap().usable(None), DAY);
    assert_eq!(Life::new(DAY + SECOND, Duration::ZERO).unwrap_err().option, Some("tokenTtl"));
}

#[test]
fn the_life_of_a_session_is_55_minutes() {
    assert_eq!(Life::SESSION_TTL, Duration::from_secs(3_300));
}
