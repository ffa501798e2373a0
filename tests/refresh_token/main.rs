//! Refresh tokens: spent once, kept before they are used, never forgotten.

mod keeping;
mod lineages;
mod spending;

#[path = "../support/mod.rs"]
mod support;

use std::sync::Arc;
use std::time::Duration;

use jsforce_connection_manager::client::{Client, ClientAuthentication, secret};
use jsforce_connection_manager::deadlines::Deadlines;
use jsforce_connection_manager::failure::{Code, Failure};
use jsforce_connection_manager::holder::{Grant, Holder};
use jsforce_connection_manager::lineage::{Offer, Waiting};
use jsforce_connection_manager::lineages::{CAPACITY, Lineages};
use jsforce_connection_manager::private_key::SigningKey;
use jsforce_connection_manager::source::{Answer, Keeping, Place, TokenSource};
use jsforce_connection_manager::token::Life;

use support::clock::ManualClock;
use support::issuer::{Fate, Issuer, client_by, holder_of};
use support::{BUDGET, KEY, ORG, refused};

const KEEPS: Keeping = Keeping::Within(Duration::from_secs(5));
const AT_ONCE: Fate = Fate::Answered(Duration::ZERO);

struct Stage {
    issuer: Arc<Issuer>,
    clock: Arc<ManualClock>,
    lineages: Arc<Lineages>,
    source: Arc<TokenSource>,
}

fn stage(issuer: Arc<Issuer>) -> Stage {
    let clock = Arc::<ManualClock>::default();
    let lineages = Arc::new(Lineages::new(CAPACITY).unwrap());
    let source = source(&issuer, &clock);
    Stage { issuer, clock, lineages, source }
}

fn source(issuer: &Arc<Issuer>, clock: &Arc<ManualClock>) -> Arc<TokenSource> {
    let deadlines = Arc::<Deadlines>::default();
    Arc::new(TokenSource::new(issuer.clone(), clock.clone(), deadlines, 100, vec![]))
}

impl Stage {
    fn holder(&self, refresh_token: &str) -> Holder {
        holder_of(&self.lineages, refresh_token)
    }

    /// A caller that keeps nothing.
    async fn token(&self, holder: &Holder) -> Result<String, Arc<Failure>> {
        self.source.token(holder, BUDGET).await.map(|kept| kept.token.value.expose().clone())
    }

    /// A caller that can keep.
    async fn ask(&self, holder: &Holder) -> Result<Answer, Arc<Failure>> {
        self.source.ask(holder, BUDGET, KEEPS).await
    }

    async fn offer(&self, holder: &Holder) -> Offer {
        offer_in(self.ask(holder).await).0
    }

    /// A caller that keeps what it is offered.
    async fn kept(&self, holder: &Holder) -> String {
        match self.ask(holder).await {
            Ok(Answer::Offer(offer, place)) => {
                offer.kept();
                token_in(self.source.go_on(holder, BUDGET, KEEPS, Some(place)).await)
            }
            answer => token_in(answer),
        }
    }
}

#[track_caller]
fn offer_in(answer: Result<Answer, Arc<Failure>>) -> (Offer, Place) {
    match answer {
        Ok(Answer::Offer(offer, place)) => (offer, place),
        Ok(Answer::Token(_)) => panic!("a token, and nobody was asked to keep anything"),
        Err(failure) => panic!("{failure}"),
    }
}

#[track_caller]
fn token_in(answer: Result<Answer, Arc<Failure>>) -> String {
    match answer {
        Ok(Answer::Token(kept)) => kept.token.value.expose().clone(),
        Ok(Answer::Offer(..)) => panic!("an offer in place of a token"),
        Err(failure) => panic!("{failure}"),
    }
}
