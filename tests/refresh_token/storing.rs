//! A new refresh token goes to the user before a caller gets the access token that came with it.

use super::*;

#[tokio::test]
async fn a_new_refresh_token_is_stored_before_a_caller_gets_the_access_token() {
    let stage = stage(Issuer::rotating());
    let login = stage.login(&stage.issuer.log_in());
    let offer = stage.offer(&login).await;
    assert_eq!(*offer.refresh_token.expose(), "refresh-1");
    assert_eq!(*offer.replaced.expose(), "refresh-0");
    let waiter = stage.waiter(&login).await;
    assert!(stage.source.cached(&login).is_none());
    assert!(!waiter.is_finished());
    offer.stored();
    assert_eq!(token_in(waiter.await.unwrap()), "access-1");
    assert_eq!(token_in(stage.ask(&login).await), "access-1");
    assert_eq!(stage.issuer.posts(), 1);
}

#[tokio::test]
async fn fault_42_if_storing_fails_no_caller_gets_the_token_and_the_next_call_stores_first() {
    let stage = stage(Issuer::rotating());
    let login = stage.login(&stage.issuer.log_in());
    let offer = stage.offer(&login).await;
    let waiter = stage.waiter(&login).await;
    offer.failed("The database is away.");
    let failure = refused(waiter.await.unwrap());
    assert_eq!((failure.code, failure.retryable), (Code::RefreshNotPersisted, true));
    assert!(failure.to_string().contains("The database is away."));
    drop(offer);
    let again = stage.offer(&login).await;
    assert_eq!(*again.refresh_token.expose(), "refresh-1");
    again.stored();
    assert_eq!(token_in(stage.ask(&login).await), "access-1");
    assert_eq!((stage.issuer.posts(), stage.issuer.reuses()), (1, 0));
}

#[tokio::test]
async fn a_call_right_after_storing_failed_stores_and_does_not_get_the_failure() {
    let stage = stage(Issuer::rotating());
    let login = stage.login(&stage.issuer.log_in());
    let offer = stage.offer(&login).await;
    offer.failed("The database is away.");
    // The flight does not know of the failure yet, and this call joins the flight.
    let again = stage.offer(&login).await;
    again.stored();
    assert_eq!(token_in(stage.ask(&login).await), "access-1");
    assert_eq!((stage.issuer.posts(), stage.issuer.reuses()), (1, 0));
}

#[tokio::test]
async fn an_offer_whose_caller_goes_away_is_made_to_the_next_waiting_caller() {
    let stage = stage(Issuer::rotating());
    let login = stage.login(&stage.issuer.log_in());
    let offer = stage.offer(&login).await;
    let waiter = stage.waiter(&login).await;
    drop(offer);
    let second = offer_in(waiter.await.unwrap()).0;
    drop(second);
    // No caller waits any more: the next call is asked to store first.
    let third = stage.offer(&login).await;
    assert_eq!(*third.refresh_token.expose(), "refresh-1");
    third.stored();
    assert_eq!(token_in(stage.ask(&login).await), "access-1");
    assert_eq!(stage.issuer.posts(), 1);
}

#[tokio::test(start_paused = true)]
async fn fault_42_an_offer_whose_caller_is_stuck_expires_and_late_storing_still_counts() {
    let stage = stage(Issuer::rotating());
    let login = stage.login(&stage.issuer.log_in());
    let stuck = stage.offer(&login).await;
    assert_eq!(refused(stage.ask(&login).await).code, Code::Deadline);
    stage.clock.advance(7);
    let second = stage.offer(&login).await;
    stuck.failed("Too late to say so.");
    assert_eq!(refused(stage.ask(&login).await).code, Code::Deadline);
    stuck.stored();
    assert_eq!(token_in(stage.ask(&login).await), "access-1");
    second.failed("It is settled.");
    assert_eq!(token_in(stage.ask(&login).await), "access-1");
}

#[tokio::test]
async fn callers_that_cannot_store_leave_storing_to_callers_that_can() {
    let stage = stage(Issuer::new(true, |_| Fate::Answered(Duration::from_millis(20))));
    let login = stage.login(&stage.issuer.log_in());
    let (forgetful, able) = tokio::join!(stage.token(&login), async {
        let offer = stage.offer(&login).await;
        offer.stored();
        *offer.refresh_token.expose() == "refresh-1"
    });
    assert_eq!((forgetful.unwrap().as_str(), able), ("access-1", true));
}

#[tokio::test]
async fn a_new_refresh_token_survives_an_answer_that_is_otherwise_useless() {
    for (body, code) in [
        (r#"{"refresh_token":"refresh-1"}"#, Code::BadResponse),
        (
            r#"{"refresh_token":"refresh-1","access_token":"a","instance_url":"https://evil.example"}"#,
            Code::InstanceUrlRefused,
        ),
    ] {
        let garbled = Fate::Garbled(200, body.into());
        let fate = move |n| if n == 0 { garbled.clone() } else { AT_ONCE };
        let stage = stage(Issuer::new(true, fate));
        let login = stage.login(&stage.issuer.log_in());
        let offer = stage.offer(&login).await;
        assert_eq!(*offer.refresh_token.expose(), "refresh-1");
        offer.stored();
        assert_eq!(refused(stage.ask(&login).await).code, code);
        stage.source.clear();
        assert_eq!(stage.stores(&login).await, "access-2");
        assert_eq!(stage.issuer.reuses(), 0);
    }
}

#[tokio::test]
async fn a_refresh_token_that_no_caller_could_store_is_offered_to_the_first_that_can() {
    let stage = stage(Issuer::rotating());
    let login = stage.login(&stage.issuer.log_in());
    assert_eq!(stage.token(&login).await.unwrap(), "access-1");
    let offer = stage.offer(&login).await;
    assert_eq!(*offer.refresh_token.expose(), "refresh-1");
    // Callers that cannot store get the access token, and do not disturb the offer.
    assert_eq!(stage.token(&login).await.unwrap(), "access-1");
    offer.stored();
    assert_eq!(token_in(stage.ask(&login).await), "access-1");
    assert_eq!(stage.issuer.posts(), 1);
}

#[tokio::test]
async fn a_caller_that_cannot_store_gets_no_token_after_storing_failed() {
    let stage = stage(Issuer::rotating());
    let login = stage.login(&stage.issuer.log_in());
    assert!(stage.offer(&login).await.failed("The database is away."));
    let failure = refused(stage.token(&login).await);
    assert_eq!(failure.code, Code::RefreshNotPersisted);
    assert_eq!(stage.stores(&login).await, "access-1");
    assert_eq!(stage.token(&login).await.unwrap(), "access-1");
}

#[tokio::test]
async fn a_failure_after_another_caller_has_stored_does_not_count() {
    let stage = stage(Issuer::rotating());
    let login = stage.login(&stage.issuer.log_in());
    let stuck = stage.offer(&login).await;
    stage.clock.advance(7);
    let second = stage.offer(&login).await;
    stuck.stored();
    assert!(!second.failed("It is settled."));
    assert_eq!(token_in(stage.ask(&login).await), "access-1");
}

#[tokio::test(start_paused = true)]
async fn a_flight_without_waiting_callers_ends() {
    let stage = stage(Issuer::new(true, |_| Fate::Answered(Duration::from_secs(2))));
    let login = stage.login(&stage.issuer.log_in());
    let hurried = stage.source.ask(&login, Duration::from_secs(1), STORES, None);
    assert_eq!(refused(hurried.await).code, Code::Deadline);
    tokio::time::sleep(Duration::from_secs(5)).await;
    assert_eq!(stage.source.stats().in_flight, 0);
    assert_eq!(stage.stores(&login).await, "access-1");
    assert_eq!(stage.issuer.posts(), 1);
}

#[tokio::test]
async fn a_late_caller_is_told_which_refresh_token_was_stored_last() {
    let stage = stage(Issuer::rotating());
    let login = stage.login(&stage.issuer.log_in());
    for _ in 0..2 {
        stage.token(&login).await.unwrap();
        stage.clock.advance(3_600);
    }
    let offer = stage.offer(&login).await;
    assert_eq!(*offer.refresh_token.expose(), "refresh-2");
    assert_eq!(*offer.replaced.expose(), "refresh-0");
}

#[tokio::test(start_paused = true)]
async fn late_storing_of_an_older_refresh_token_makes_it_the_last_one_stored() {
    let stage = stage(Issuer::rotating());
    let login = stage.login(&stage.issuer.log_in());
    let late = stage.offer(&login).await;
    stage.clock.advance(10);
    // Meanwhile no caller can store.
    stage.offer(&login).await.postpone();
    stage.source.clear();
    stage.offer(&login).await.postpone();
    stage.token(&login).await.unwrap();
    late.stored();
    let offer = stage.offer(&login).await;
    assert_eq!(*offer.refresh_token.expose(), "refresh-2");
    assert_eq!(*offer.replaced.expose(), "refresh-1");
}

#[tokio::test]
async fn a_caller_that_stored_one_refresh_token_is_not_awaited_at_the_next() {
    let stage = stage(Issuer::rotating());
    let login = stage.login(&stage.issuer.log_in());
    assert_eq!(stage.stores(&login).await, "access-1");
    stage.clock.advance(3_600);
    assert_eq!(stage.token(&login).await.unwrap(), "access-2");
    let offer = stage.offer(&login).await;
    assert_eq!(*offer.replaced.expose(), "refresh-1");
}

#[tokio::test]
async fn a_caller_that_stores_gets_the_token_of_its_flight_despite_a_clear() {
    let stage = stage(Issuer::rotating());
    let login = stage.login(&stage.issuer.log_in());
    let (offer, resume) = offer_in(stage.ask(&login).await);
    stage.source.clear();
    offer.stored();
    let answer = stage.source.ask(&login, BUDGET, STORES, Some(resume)).await;
    assert_eq!(token_in(answer), "access-1");
    assert!(stage.source.cached(&login).is_none());
    assert_eq!(stage.issuer.posts(), 1);
}

#[tokio::test]
async fn a_token_granted_before_a_clear_does_not_come_back() {
    let stage = stage(Issuer::rotating());
    let login = stage.login(&stage.issuer.log_in());
    let offer = stage.offer(&login).await;
    let waiter = stage.waiter(&login).await;
    offer.failed("The database is away.");
    assert_eq!(refused(waiter.await.unwrap()).code, Code::RefreshNotPersisted);
    stage.source.clear();
    stage.offer(&login).await.stored();
    let (offer, resume) = offer_in(stage.ask(&login).await);
    assert_eq!(*offer.refresh_token.expose(), "refresh-2");
    offer.stored();
    assert_eq!(token_in(stage.source.ask(&login, BUDGET, STORES, Some(resume)).await), "access-2");
}

#[tokio::test]
async fn a_token_that_expired_while_its_refresh_token_was_stored_is_not_handed_out() {
    let stage = stage(Issuer::rotating());
    let login = stage.login(&stage.issuer.log_in());
    let (offer, resume) = offer_in(stage.ask(&login).await);
    stage.clock.advance(3_600);
    offer.stored();
    let failure = refused(stage.source.ask(&login, BUDGET, STORES, Some(resume)).await);
    assert_eq!((failure.code, failure.retryable), (Code::NetworkTimeout, true));
    assert_eq!(stage.stores(&login).await, "access-2");
    assert_eq!(stage.issuer.reuses(), 0);
}

#[tokio::test]
async fn a_call_that_stores_is_one_miss_and_no_hit() {
    let stage = stage(Issuer::rotating());
    let login = stage.login(&stage.issuer.log_in());
    stage.stores(&login).await;
    let stats = stage.source.stats();
    assert_eq!((stats.misses, stats.hits, stats.mints), (1, 0, 1));
}

#[tokio::test]
async fn a_caller_that_leaves_before_it_was_asked_to_store_blocks_no_call() {
    let stage = stage(Issuer::rotating());
    let login = stage.login(&stage.issuer.log_in());
    stage.token(&login).await.unwrap();
    stage.source.clear();
    let hurried = stage.source.ask(&login, Duration::from_millis(100), STORES, None).await;
    assert_eq!(refused(hurried).code, Code::Deadline);
    assert_eq!(stage.token(&login).await.unwrap(), "access-2");
    let offer = stage.offer(&login).await;
    assert_eq!(*offer.replaced.expose(), "refresh-0");
}
