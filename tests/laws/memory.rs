//! How much memory a piece of work takes, by an allocator that counts for each thread.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

struct Counting;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

thread_local! {
    /// Bytes that the thread has allocated and not freed. Negative if it has freed memory of other
    /// threads.
    static HELD: Cell<isize> = const { Cell::new(0) };
    static MOST: Cell<isize> = const { Cell::new(0) };
}

fn count(bytes: usize, sign: isize) {
    let held = HELD.get().wrapping_add(sign.wrapping_mul(bytes.cast_signed()));
    HELD.set(held);
    MOST.set(MOST.get().max(held));
}

// SAFETY: all work is the system allocator's; counting neither allocates nor panics.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size(), 1);
        // SAFETY: the caller's promise is passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        count(layout.size(), -1);
        // SAFETY: as above.
        unsafe { System.dealloc(pointer, layout) }
    }
}

/// The most bytes that this thread had allocated at once during `work`, without those from before.
pub fn peak(work: impl FnOnce()) -> usize {
    let before = HELD.get();
    MOST.set(before);
    work();
    MOST.get().wrapping_sub(before).unsigned_abs()
}

#[test]
fn the_peak_of_memory_is_counted() {
    let both_at_once = peak(|| drop((vec![0_u8; 1_000], vec![0_u8; 2_000])));
    assert_eq!(both_at_once, 3_000);
    let one_after_the_other = peak(|| {
        drop(vec![0_u8; 1_000]);
        drop(vec![0_u8; 2_000]);
    });
    assert_eq!(one_after_the_other, 2_000);
}
