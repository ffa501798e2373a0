//! A table of atomic words that tells, without a lock, whether a handed-out token may be used now.
//!
//! Each minted token gets a slot and a number of its own ([`Ticket`]). Renewal, invalidation, clear
//! and eviction retire the ticket. A retired number never becomes valid again, because the slot's
//! generation is part of the number.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering, fence};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::Duration;

use crate::clock::Moment;

const SLOT_BITS: u32 = 20;
const PAGE: usize = 1_024;
/// The pause between two attempts to renew a live token.
const PAUSE: Duration = Duration::from_secs(30);
const PAGES: usize = 1 << (SLOT_BITS as usize - 10);

/// The number of one minted token: slot and generation, within JavaScript's safe integers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ticket(u64);

impl Ticket {
    fn new(slot: usize, generation: u32) -> Self {
        Self(u64::from(generation) << SLOT_BITS | slot as u64)
    }

    fn slot(self) -> usize {
        (self.0 & ((1 << SLOT_BITS) - 1)) as usize
    }

    fn generation(self) -> u32 {
        // A stray number may not fit. It gets generation 0, which no slot has.
        u32::try_from(self.0 >> SLOT_BITS).unwrap_or(0)
    }

    /// The number, for JavaScript.
    pub fn number(self) -> u64 {
        self.0
    }

    /// The ticket with this number. A number that no ticket has is never alive.
    pub fn of(number: u64) -> Self {
        Self(number)
    }
}

/// What [`Deadlines::peek`] says of a ticket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Peek {
    /// The token may not be used: past its deadline, issued in the future, or retired.
    Gone,
    /// The token may be used.
    Alive,
    /// The token may be used, and its use has not been marked in this second.
    AliveUnmarked,
    /// The token may be used, and this caller should start its renewal. The next caller is asked 30
    /// seconds later.
    Due,
}

/// Generation 0 is never given out, so a zeroed slot matches no ticket.
#[derive(Default)]
struct Slot {
    generation: AtomicU32,
    marked: AtomicU32,
    /// When the token was minted, by the wall clock.
    minted: AtomicU64,
    /// The deadline, by each clock.
    wall: AtomicU64,
    monotonic: AtomicU64,
    boot: AtomicU64,
    /// By the boot clock only: an early or late renewal does no harm.
    due: AtomicU64,
    hits: AtomicU64,
}

impl Slot {
    /// Whether this caller should renew. The next caller is asked after [`PAUSE`].
    fn postpone(&self, due: u64, now: Moment) -> bool {
        let next = now.after(PAUSE).boot;
        self.due.compare_exchange(due, next, Ordering::Relaxed, Ordering::Relaxed).is_ok()
    }
}

#[derive(Default)]
struct Free {
    slots: Vec<usize>,
    next: usize,
}

/// The table of all tickets. One table is enough for a process.
pub struct Deadlines {
    pages: Vec<OnceLock<Box<[Slot]>>>,
    free: Mutex<Free>,
}

impl Default for Deadlines {
    fn default() -> Self {
        Self { pages: (0..PAGES).map(|_| OnceLock::new()).collect(), free: Mutex::default() }
    }
}

impl Deadlines {
    /// Issues a ticket that is alive from `minted` until `deadline`, and due for renewal at `renew_at`.
    /// `None` if a million tickets are alive already.
    pub fn issue(&self, minted: Moment, renew_at: Moment, deadline: Moment) -> Option<Ticket> {
        let slot_number = {
            let mut free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
            match free.slots.pop() {
                Some(slot) => slot,
                None if free.next < PAGES * PAGE => {
                    free.next += 1;
                    free.next - 1
                }
                None => return None,
            }
        };
        let page = self.pages[slot_number / PAGE]
            .get_or_init(|| (0..PAGE).map(|_| Slot::default()).collect());
        let slot = &page[slot_number % PAGE];
        let generation = slot.generation.load(Ordering::Relaxed).max(1);
        slot.generation.store(generation, Ordering::Relaxed);
        // A reader with the last generation may see one of the words below. The fence makes that
        // reader see the new generation too, which `retire` stored before.
        fence(Ordering::Release);
        slot.hits.store(0, Ordering::Relaxed);
        slot.marked.store(0, Ordering::Relaxed);
        slot.minted.store(minted.wall, Ordering::Relaxed);
        slot.wall.store(deadline.wall, Ordering::Relaxed);
        slot.monotonic.store(deadline.monotonic, Ordering::Relaxed);
        slot.boot.store(deadline.boot, Ordering::Relaxed);
        slot.due.store(renew_at.boot, Ordering::Relaxed);
        Some(Ticket::new(slot_number, generation))
    }

    /// The slot of a ticket whose token may be used at `now`.
    fn live_slot(&self, ticket: Ticket, now: Moment) -> Option<&Slot> {
        let slot = self.slot(ticket)?;
        if slot.generation.load(Ordering::Acquire) != ticket.generation() {
            return None;
        }
        let minted = slot.minted.load(Ordering::Relaxed);
        let deadline = Moment {
            wall: slot.wall.load(Ordering::Relaxed),
            monotonic: slot.monotonic.load(Ordering::Relaxed),
            boot: slot.boot.load(Ordering::Relaxed),
        };
        fence(Ordering::Acquire);
        let same = slot.generation.load(Ordering::Relaxed) == ticket.generation();
        let is_alive = same && now.is_before(deadline) && !now.was_set_back_since(minted);
        is_alive.then_some(slot)
    }

    /// Whether the token of `ticket` may be used at `now`. This is no use of it.
    pub fn is_alive(&self, ticket: Ticket, now: Moment) -> bool {
        self.live_slot(ticket, now).is_some()
    }

    /// Whether the token of `ticket` may be used at `now`. Counts a hit if so.
    pub fn peek(&self, ticket: Ticket, now: Moment) -> Peek {
        let Some(slot) = self.live_slot(ticket, now) else { return Peek::Gone };
        slot.hits.fetch_add(1, Ordering::Relaxed);
        let due = slot.due.load(Ordering::Relaxed);
        if now.boot >= due && slot.postpone(due, now) {
            return Peek::Due;
        }
        // Any number that changes every second will do, except 0, which a new slot has.
        let second = u32::try_from(now.monotonic / 1_000_000 % (1 << 31)).unwrap_or(0) | 1 << 31;
        if slot.marked.load(Ordering::Relaxed) == second {
            return Peek::Alive;
        }
        slot.marked.store(second, Ordering::Relaxed);
        Peek::AliveUnmarked
    }

    /// Ends the ticket at once and for ever, in all threads. Retiring twice does nothing. Returns
    /// how often the ticket was found alive; `None` if the ticket was retired before.
    pub fn retire(&self, ticket: Ticket) -> Option<u64> {
        let slot = self.slot(ticket)?;
        let generation = ticket.generation();
        let next = generation.wrapping_add(1);
        slot.generation
            .compare_exchange(generation, next, Ordering::AcqRel, Ordering::Relaxed)
            .ok()?;
        for word in [&slot.wall, &slot.monotonic, &slot.boot] {
            word.store(0, Ordering::Relaxed);
        }
        let hits = slot.hits.load(Ordering::Relaxed);
        // A slot whose generations are used up is never given out again.
        if next != 0 {
            let mut free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
            free.slots.push(ticket.slot());
        }
        Some(hits)
    }

    /// How often the ticket was found alive so far.
    pub fn hits(&self, ticket: Ticket) -> u64 {
        self.slot(ticket).map_or(0, |slot| slot.hits.load(Ordering::Relaxed))
    }

    fn slot(&self, ticket: Ticket) -> Option<&Slot> {
        if ticket.generation() == 0 {
            return None;
        }
        self.pages[ticket.slot() / PAGE].get()?.get(ticket.slot() % PAGE)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Moment = Moment { wall: 1_000_000_000, monotonic: 5_000_000, boot: 6_000_000 };

    fn soon() -> Moment {
        NOW.after(Duration::from_secs(60))
    }

    #[test]
    fn a_ticket_is_alive_until_its_deadline() {
        let table = Deadlines::default();
        let ticket = table.issue(NOW, soon(), soon()).unwrap();
        assert_ne!(table.peek(ticket, NOW), Peek::Gone);
        assert_eq!(table.peek(ticket, soon()), Peek::Gone);
    }

    #[test]
    fn a_retired_number_never_comes_alive_again() {
        let table = Deadlines::default();
        let first = table.issue(NOW, soon(), soon()).unwrap();
        assert!(table.retire(first).is_some());
        assert!(table.retire(first).is_none());
        let second = table.issue(NOW, soon(), soon()).unwrap();
        assert_eq!(first.slot(), second.slot());
        assert_eq!(table.peek(first, NOW), Peek::Gone);
        assert_ne!(table.peek(second, NOW), Peek::Gone);
        assert!(table.retire(first).is_none());
        assert_ne!(table.peek(second, NOW), Peek::Gone);
    }

    #[test]
    fn stray_numbers_are_gone() {
        let table = Deadlines::default();
        table.issue(NOW, soon(), soon()).unwrap();
        for number in [0, 1, (1 << 20) + 999_999, 1 << 53, u64::MAX] {
            assert_eq!(table.peek(Ticket::of(number), NOW), Peek::Gone, "{number}");
            assert!(table.retire(Ticket::of(number)).is_none());
        }
    }

    #[test]
    fn fault_76_a_ticket_of_the_future_is_dead() {
        let table = Deadlines::default();
        let ticket = table.issue(NOW, soon(), soon()).unwrap();
        let set_back = |by| Moment { wall: NOW.wall - by, ..NOW };
        assert_ne!(table.peek(ticket, set_back(5_000_000)), Peek::Gone);
        assert_eq!(table.peek(ticket, set_back(5_000_001)), Peek::Gone);
        assert_ne!(table.peek(ticket, NOW), Peek::Gone);
    }

    #[test]
    fn uses_are_marked_once_a_second_and_counted_always() {
        let table = Deadlines::default();
        let ticket = table.issue(NOW, soon(), soon()).unwrap();
        assert_eq!(table.peek(ticket, NOW), Peek::AliveUnmarked);
        assert_eq!(table.peek(ticket, NOW), Peek::Alive);
        let later = NOW.after(Duration::from_secs(1));
        assert_eq!(table.peek(ticket, later), Peek::AliveUnmarked);
        assert_eq!(table.hits(ticket), 3);
        assert_eq!(table.retire(ticket), Some(3));
    }

    #[test]
    fn one_caller_is_asked_to_renew_and_the_next_half_a_minute_later() {
        let table = Deadlines::default();
        let ticket = table.issue(NOW, NOW.after(PAUSE), NOW.after(PAUSE * 3)).unwrap();
        assert_ne!(table.peek(ticket, NOW), Peek::Due);
        assert_eq!(table.peek(ticket, NOW.after(PAUSE)), Peek::Due);
        assert_ne!(table.peek(ticket, NOW.after(PAUSE)), Peek::Due);
        assert_eq!(table.peek(ticket, NOW.after(PAUSE * 2)), Peek::Due);
        assert_eq!(table.peek(ticket, NOW.after(PAUSE * 3)), Peek::Gone);
    }

    #[test]
    fn numbers_fit_javascript() {
        assert!(Ticket::new((1 << 20) - 1, u32::MAX).number() < 1 << 53);
    }

    #[test]
    fn readers_never_see_the_next_tokens_life() {
        let table = Deadlines::default();
        // The deadline of the first token has passed, the deadlines of later tokens have not. Only
        // a mix-up of generations can make the first token look alive.
        let dead = table.issue(NOW, NOW, NOW).unwrap();
        // Miri takes a thousand times as long for each turn.
        let turns = if cfg!(miri) { 100 } else { 20_000 };
        let done = AtomicU32::new(0);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                let mut current = dead;
                for _ in 0..turns {
                    table.retire(current);
                    current = table.issue(NOW, soon(), soon()).unwrap();
                }
                done.store(1, Ordering::Relaxed);
            });
            scope.spawn(|| {
                while done.load(Ordering::Relaxed) == 0 {
                    assert_eq!(table.peek(dead, NOW), Peek::Gone);
                }
            });
        });
    }
}
