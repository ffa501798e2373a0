//! Refresh tokens: spent once, stored before they are used, never forgotten.

mod lineages;
mod spending;
mod storing;

#[path = "../support/mod.rs"]
mod support;

use std::sync::Arc;
use std::time::Duration;

use jsforce_connection_manager::cache::Deadlines;
use jsforce_connection_manager::credential::{Client, ClientAuthentication, secret};
use jsforce_connection_manager::failure::{Code, Failure};
use jsforce_connection_manager::life::Life;
use jsforce_connection_manager::lineage::{CAPACITY, KnownLineages};
use jsforce_connection_manager::lineage::{Offer, Waiting};
use jsforce_connection_manager::private_key::SigningKey;
use jsforce_connection_manager::source::login::{Grant, Login};
use jsforce_connection_manager::source::{Answer, Resume, Storing, TokenSource};
use tokio::task::{JoinHandle, yield_now};

use support::clock::ManualClock;
use support::issuer::{Fate, Issuer, client_by, login_by, login_of};
use support::{BUDGET, KEY, ORG, refused, source_on, token_of};

const STORES: Storing = Storing::Within(Duration::from_secs(5));
const AT_ONCE: Fate = Fate::Answered(Duration::ZERO);

struct Stage {
    deadlines: Arc<Deadlines>,
    issuer: Arc<Issuer>,
    clock: Arc<ManualClock>,
    known: Arc<KnownLineages>,
    source: Arc<TokenSource>,
}

fn stage(issuer: Arc<Issuer>) -> Stage {
    let clock = Arc::<ManualClock>::default();
    let known = Arc::new(KnownLineages::new(CAPACITY).unwrap());
    let deadlines = Arc::<Deadlines>::default();
    let source = source_on(issuer.clone(), clock.clone(), deadlines.clone(), 100);
    Stage { deadlines, issuer, clock, known, source }
}

/// Another source of the same process: the table of deadlines is shared.
fn source_beside(stage: &Stage) -> Arc<TokenSource> {
    source_on(stage.issuer.clone(), stage.clock.clone(), stage.deadlines.clone(), 100)
}

fn source(issuer: &Arc<Issuer>, clock: &Arc<ManualClock>) -> Arc<TokenSource> {
    let deadlines = Arc::<Deadlines>::default();
    source_on(issuer.clone(), clock.clone(), deadlines, 100)
}

impl Stage {
    fn login(&self, refresh_token: &str) -> Login {
        login_of(&self.known, refresh_token)
    }

    /// A caller that cannot store.
    async fn token(&self, login: &Login) -> Result<String, Arc<Failure>> {
        token_of(&self.source, login, BUDGET)
            .await
            .map(|cached| cached.token.value.expose().clone())
    }

    /// A caller that can store.
    async fn ask(&self, login: &Login) -> Result<Answer, Arc<Failure>> {
        self.source.ask(login, BUDGET, STORES, None).await
    }

    /// A second caller, which has joined the flight.
    async fn waiter(&self, login: &Login) -> JoinHandle<Result<Answer, Arc<Failure>>> {
        let (source, login) = (self.source.clone(), login.clone());
        let waiter = tokio::spawn(async move { source.ask(&login, BUDGET, STORES, None).await });
        yield_now().await;
        waiter
    }

    async fn offer(&self, login: &Login) -> Offer {
        offer_in(self.ask(login).await).0
    }

    /// A caller that stores the refresh token it is offered.
    async fn stores(&self, login: &Login) -> String {
        match self.ask(login).await {
            Ok(Answer::Offer(offer, resume)) => {
                offer.stored();
                token_in(self.source.ask(login, BUDGET, STORES, Some(resume)).await)
            }
            answer => token_in(answer),
        }
    }
}

#[track_caller]
fn offer_in(answer: Result<Answer, Arc<Failure>>) -> (Offer, Resume) {
    match answer {
        Ok(Answer::Offer(offer, resume)) => (offer, resume),
        Ok(Answer::Token(_)) => panic!("a token, and nobody was asked to keep anything"),
        Err(failure) => panic!("{failure}"),
    }
}

#[track_caller]
fn token_in(answer: Result<Answer, Arc<Failure>>) -> String {
    match answer {
        Ok(Answer::Token(cached)) => cached.token.value.expose().clone(),
        Ok(Answer::Offer(..)) => panic!("an offer in place of a token"),
        Err(failure) => panic!("{failure}"),
    }
}
