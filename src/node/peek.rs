//! The look that every warm call takes: the one hand-written Node-API function, because the macro's
//! wrapper costs more than the look itself (`bench/warm-hit.js`). Beside it, `secret_text.rs` alone has `unsafe`.

use std::panic::catch_unwind;
use std::ptr::null_mut;

use napi::bindgen_prelude::{JsObjectValue as _, Object};
use napi::{Env, Result, sys};

use super::shared::DEADLINES;
use crate::cache::{Peek, Ticket};
use crate::clock::{Clock, SystemClock};

/// Puts `peek` among the exports.
///
/// # Errors
/// What Node.js answers when it cannot make a function.
#[napi_derive::napi(module_exports)]
pub fn export(mut exports: Object, env: Env) -> Result<()> {
    exports.set_named_property("peek", env.create_function::<f64, u32>("peek", peek)?)
}

/// `peek(ticket: number): number`: whether the token with this number may be used now. 0: no. 1: yes.
/// 2: yes, and the caller marks its use with `markUsed` (at most once a second). 3: yes, and the caller
/// sets off its renewal with `renew` (one caller in half a minute).
///
/// # Safety
/// Only Node.js calls this, with the environment and the arguments of a call that is going on.
unsafe extern "C" fn peek(env: sys::napi_env, info: sys::napi_callback_info) -> sys::napi_value {
    let (mut count, mut argument, mut ticket) = (1, null_mut(), 0.0);
    // SAFETY: `env` and `info` are valid during the call, the other pointers point to locals, and
    // `count` is the room at `argument`. Node.js fills a missing argument with `undefined`; for it,
    // as for anything that is no number, `ticket` stays 0, which is never alive.
    unsafe {
        sys::napi_get_cb_info(env, info, &raw mut count, &raw mut argument, null_mut(), null_mut());
        sys::napi_get_value_double(env, argument, &raw mut ticket);
    }
    let state = catch_unwind(|| state_of(ticket)).unwrap_or(0);
    let mut result = null_mut();
    // SAFETY: as above. If no number can be made, the result is null, which is `undefined`.
    unsafe { sys::napi_create_uint32(env, state, &raw mut result) };
    result
}

fn state_of(ticket: f64) -> u32 {
    match DEADLINES.peek(ticket_of(ticket), SystemClock.glance()) {
        Peek::Gone => 0,
        Peek::Alive => 1,
        Peek::AliveUnmarked => 2,
        Peek::Due => 3,
    }
}

/// A number that is no ticket, NaN included, becomes one that is never alive.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "`as` saturates")]
pub(super) fn ticket_of(number: f64) -> Ticket {
    Ticket::of(number as u64)
}
