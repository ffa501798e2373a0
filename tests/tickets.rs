//! How cached tokens end: by each clock, by renewal, by being dropped, by eviction.

mod support;

use std::sync::Arc;

use jsforce_connection_manager::cache::Peek;
use jsforce_connection_manager::clock::{Clock as _, Moment};

use support::script::{granted, granted_for, numbered};
use support::{Stage, login, logins};

#[tokio::test]
async fn fault_1_2_any_one_of_three_clocks_ends_a_token() {
    type End = fn(&mut Moment);
    const USABLE: u64 = 150_000_000;
    let ends: [(&str, End); 3] = [
        ("wall", |now| now.wall += USABLE),
        ("monotonic", |now| now.monotonic += USABLE),
        ("boot", |now| now.boot += USABLE),
    ];
    for (clock, end) in ends {
        let (stage, login) = (Stage::new(numbered), login());
        let first = stage.token(&login).await;
        stage.clock.change(|now| {
            end(now);
            // One microsecond less on all clocks: the token is alive until one clock reaches its
            // deadline.
            *now = Moment { wall: now.wall - 1, monotonic: now.monotonic - 1, boot: now.boot - 1 };
        });
        assert!(stage.is_alive(first.ticket), "{clock}");
        assert_eq!(stage.token(&login).await.ticket, first.ticket, "{clock}");
        stage.clock.change(|now| {
            *now = Moment { wall: now.wall + 1, monotonic: now.monotonic + 1, boot: now.boot + 1 };
        });
        assert_eq!(stage.peek(first.ticket), Peek::Gone, "{clock}");
        assert_eq!(stage.counts(), (0, 1), "{clock}");
        assert_eq!(stage.token(&login).await.token.value.expose(), "token-1", "{clock}");
    }
}

#[tokio::test]
async fn fault_3_a_clock_set_back_does_not_lengthen_a_life() {
    let (stage, login) = (Stage::new(numbered), login());
    let first = stage.token(&login).await;
    stage.clock.advance(150);
    stage.clock.change(|now| now.wall -= 3_600_000_000);
    assert!(!stage.is_alive(first.ticket));
    assert_ne!(stage.token(&login).await.ticket, first.ticket);
}

/// Set back an hour while the other clocks stood still, the clocks would show an old token as young.
#[tokio::test]
async fn fault_76_a_token_that_was_issued_in_the_future_is_dead() {
    const HOUR: u64 = 3_600_000_000;
    let (stage, login) = (Stage::new(numbered), login());
    let first = stage.token(&login).await;
    stage.clock.change(|now| now.wall -= HOUR);
    assert_eq!(stage.peek(first.ticket), Peek::Gone);
    assert!(stage.source.cached(&login).is_none());
    assert_eq!(stage.counts(), (0, 1));
    let second = stage.token(&login).await;
    assert!(second.ticket != first.ticket && stage.is_alive(second.ticket));
    // The clock is right again: only the second token is cached.
    stage.clock.change(|now| now.wall += HOUR);
    assert_eq!((stage.peek(first.ticket), stage.script.posts()), (Peek::Gone, 2));
}

#[tokio::test]
async fn a_time_server_that_sets_the_clock_back_by_seconds_kills_no_token() {
    let (stage, login) = (Stage::new(numbered), login());
    let first = stage.token(&login).await;
    stage.clock.change(|now| now.wall -= 5_000_000);
    assert!(stage.is_alive(first.ticket));
    assert_eq!(stage.token(&login).await.ticket, first.ticket);
    assert_eq!(stage.script.posts(), 1);
}

#[tokio::test]
async fn a_life_is_counted_from_the_request_and_shortened_by_the_server() {
    let (stage, login) = (Stage::new(|_| granted_for("short", Some(20))), login());
    let cached = stage.token(&login).await;
    assert_eq!((cached.token.deadline.wall - cached.token.minted.wall) / 1_000_000, 18);
    stage.clock.advance(17);
    assert!(stage.is_alive(cached.ticket));
    stage.clock.advance(1);
    assert!(!stage.is_alive(cached.ticket));
}

#[tokio::test]
async fn renewal_retires_the_old_ticket_at_once() {
    let (stage, login) = (Stage::new(numbered), login());
    let old = stage.token(&login).await;
    // The cache sees the old token dead. Then the clocks go back, so only retirement can end the
    // old ticket.
    let (minted, dead) = (old.token.minted, old.token.deadline);
    stage.clock.change(|now| *now = dead);
    let new = stage.token(&login).await;
    assert!(stage.is_alive(new.ticket));
    assert_eq!(stage.counts(), (1, 0));
    stage.clock.change(|now| *now = minted);
    assert_eq!(stage.peek(old.ticket), Peek::Gone);
}

#[tokio::test]
async fn fault_29_only_the_token_of_that_value_is_invalidated() {
    let (stage, login) = (Stage::new(numbered), login());
    let first = stage.token(&login).await;
    stage.source.invalidate(&login, first.token.value.expose());
    assert_eq!(stage.peek(first.ticket), Peek::Gone);
    assert_eq!(stage.counts(), (0, 0));
    let second = stage.token(&login).await;
    assert_eq!(second.token.value.expose(), "token-1");
    // A late caller still invalidates the first token.
    stage.source.invalidate(&login, first.token.value.expose());
    assert!(stage.is_alive(second.ticket));
    assert_eq!(stage.token(&login).await.ticket, second.ticket);
}

#[tokio::test]
async fn a_token_that_was_issued_again_is_invalidated_under_its_new_ticket() {
    let (stage, login) = (Stage::new(|_| granted("the-same")), login());
    let first = stage.token(&login).await;
    stage.clock.advance(150);
    let again = stage.token(&login).await;
    assert_ne!(again.ticket, first.ticket);
    stage.source.reject(&login, first.token.value.expose());
    assert_eq!(stage.peek(again.ticket), Peek::Gone);
}

#[tokio::test]
async fn no_login_invalidates_the_token_of_another() {
    let (stage, logins) = (Stage::new(numbered), logins(2));
    let mine = stage.token(&logins[0]).await;
    stage.source.invalidate(&logins[1], mine.token.value.expose());
    assert!(stage.is_alive(mine.ticket));
    assert_eq!(stage.token(&logins[0]).await.ticket, mine.ticket);
}

#[tokio::test]
async fn a_clear_retires_all_tickets_and_keeps_the_counters() {
    let (stage, logins) = (Stage::new(numbered), logins(5));
    let mut tickets = Vec::new();
    for login in &logins {
        tickets.push(stage.token(login).await.ticket);
        stage.peek(*tickets.last().unwrap());
    }
    assert_eq!(stage.source.clear(), 5);
    assert!(tickets.iter().all(|ticket| !stage.is_alive(*ticket)));
    let stats = stage.source.stats();
    assert_eq!((stats.cached.valid, stats.cached.expired), (0, 0));
    assert_eq!((stats.cached.hits, stats.mints, stats.misses), (5, 5, 5));
}

#[tokio::test]
async fn a_source_that_goes_away_retires_its_tickets() {
    let stage = Stage::new(numbered);
    let cached = stage.token(&login()).await;
    assert!(stage.is_alive(cached.ticket));
    let Stage { source, deadlines, clock, .. } = stage;
    drop(source);
    assert_eq!(deadlines.peek(cached.ticket.unwrap(), clock.now()), Peek::Gone);
}

#[tokio::test]
async fn a_full_cache_drops_the_least_recently_used_token() {
    let (stage, logins) = (Stage::with_capacity(3, numbered), logins(4));
    let mut cached = Vec::new();
    for login in &logins[..3] {
        cached.push(stage.token(login).await);
    }
    // The first token is the oldest, but a peek at its ticket asks the caller to mark the use.
    assert_eq!(stage.peek(cached[0].ticket), Peek::AliveUnmarked);
    stage.source.mark_used(&logins[0]);
    cached.push(stage.token(&logins[3]).await);
    let alive: Vec<_> = cached.iter().map(|cached| stage.is_alive(cached.ticket)).collect();
    assert_eq!(alive, [true, false, true, true]);
    assert_eq!(stage.counts(), (3, 0));
    assert_eq!(stage.token(&logins[1]).await.token.value.expose(), "token-4");
}

#[tokio::test]
async fn no_more_tokens_are_cached_than_the_capacity() {
    let (stage, logins) = (Stage::with_capacity(10, numbered), logins(60));
    let mut tickets = Vec::new();
    for login in &logins {
        tickets.push(stage.token(login).await.ticket);
    }
    assert_eq!(stage.counts(), (10, 0));
    let alive: Vec<_> = tickets.iter().map(|ticket| stage.is_alive(*ticket)).collect();
    assert_eq!(alive.iter().filter(|alive| **alive).count(), 10);
    assert!(alive[50..].iter().all(|alive| *alive), "the newest are cached");
}

/// The same ratio as 10,000 tenants and room for 1,000.
#[tokio::test]
async fn fault_48_ten_times_as_many_tenants_as_there_is_room_are_all_served() {
    const ROOM: u64 = 100;
    let stage = Stage::with_capacity(ROOM, numbered);
    let mut all = Vec::new();
    for (served, login) in (1..).zip(logins(1_000)) {
        let cached = stage.token(&login).await;
        all.push(Arc::downgrade(&cached));
        assert!(stage.is_alive(cached.ticket), "the newest is readable at once");
        assert!(Arc::ptr_eq(&stage.token(&login).await, &cached));
        assert_eq!(stage.counts(), (ROOM.min(served), 0));
    }
    assert_eq!(stage.script.posts(), 1_000);
    let in_memory = all.iter().filter(|cached| cached.strong_count() > 0).count();
    assert_eq!(in_memory, usize::try_from(ROOM).unwrap(), "what was evicted is freed");
}
