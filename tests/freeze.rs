//! After a freeze, all timers fire at once, and the answer may have come during the freeze.

mod support;

use std::time::Duration;

use jsforce_connection_manager::failure::Code;
use support::script::numbered;
use support::{BUDGET, Stage, login, refused, token_of, until};

const FREEZE: u64 = 60;

/// Freezes the process while a call waits for its answer. Returns after the freeze: every timer has
/// fired, and no answer has been read yet.
async fn freeze(stage: &Stage) {
    until("the request is sent", || stage.script.posts() == 1).await;
    stage.clock.advance(FREEZE);
    tokio::time::advance(Duration::from_secs(FREEZE)).await;
}

#[tokio::test(start_paused = true)]
async fn fault_5_an_answer_that_came_during_a_freeze_longer_than_the_budget_is_saved() {
    let (stage, login) = (Stage::new(numbered), login());
    stage.script.hold();
    let call = tokio::spawn(token_of(&stage.source, &login, BUDGET));
    freeze(&stage).await;
    stage.script.release();
    let cached = call.await.unwrap().unwrap_or_else(|failure| panic!("{failure}"));
    assert!(stage.is_alive(cached.ticket));
    assert_eq!(stage.script.posts(), 1);
}

#[tokio::test(start_paused = true)]
async fn fault_6_a_call_that_finds_no_answer_at_its_thaw_ends() {
    let (stage, login) = (Stage::new(numbered), login());
    stage.script.hold();
    let call = tokio::spawn(token_of(&stage.source, &login, BUDGET));
    freeze(&stage).await;
    assert_eq!(refused(call.await.unwrap()).code, Code::Deadline);
}
