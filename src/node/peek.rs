//! `peek`, by which every warm call checks its token. This Node-API function is written by hand:
//! the macro's wrapper costs more than the check (`bench/warm-hit.js`). Beside this file,
//! `secret_text.rs` alone has `unsafe` code.

use std::panic::catch_unwind;
use std::ptr::null_mut;

use napi::bindgen_prelude::{JsObjectValue as _, Object};
use napi::{Env, Result, sys};

use super::shared::DEADLINES;
use crate::cache::{Peek, Ticket};
use crate::clock::{Clock, SystemClock};

/// Adds `peek` to the exports.
///
/// # Errors
/// The error of Node.js if it cannot make the function.
#[napi_derive::napi(module_exports)]
pub fn export(mut exports: Object, env: Env) -> Result<()> {
    exports.set_named_property("peek", env.create_function::<f64, u32>("peek", peek)?)
}

/// `peek(ticket: number): number`: whether the token with this number may be used now. 0: no. 1: yes.
/// 2: yes, and the caller marks its use with `markUsed` (at most once a second). 3: yes, and the caller
/// sets off its renewal with `renew` (one caller in half a minute).
///
/// # Safety
/// Only Node.js may call this function, with the environment and the arguments of the current call.
unsafe extern "C" fn peek(env: sys::napi_env, info: sys::napi_callback_info) -> sys::napi_value {
    let (mut count, mut argument, mut ticket) = (1, null_mut(), 0.0);
    // SAFETY: `env` and `info` are valid during the call. The other pointers point to locals.
    // `count` is the room at `argument`. Node.js passes `undefined` for a missing argument. For
    // `undefined` and other values that are not numbers, `ticket` stays 0, which is never alive.
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

/// The ticket with this number. A number that is no ticket, NaN included, gives a ticket that is
/// never alive.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "`as` saturates")]
pub(super) fn ticket_of(number: f64) -> Ticket {
    Ticket::of(number as u64)
}
