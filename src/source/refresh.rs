//! What a flight does for a refresh token: sends the youngest one, once, and hands out what it brought
//! when the user has kept the one that took its place.

use std::sync::Arc;
use std::time::Duration;

use super::TokenSource;
use crate::authorization_server::{Mint, Use};
use crate::failure::Failure;
use crate::holder::RefreshToken;
use crate::lineage::Next;

impl TokenSource {
    pub(super) async fn refresh(&self, holder: &RefreshToken) -> Result<Mint, Failure> {
        let RefreshToken { client, lineage, lineages, .. } = holder;
        let _turn = lineage.turn().await;
        let mut took = None;
        loop {
            match lineage.next()? {
                Next::Keep => lineage.settled().await?,
                Next::Take(granted) => {
                    let token = granted?;
                    // One that was left by a flight that nobody waited for may be dead by now.
                    if took.is_some() || token.is_alive(self.clock.now()) {
                        let exchange = took.unwrap_or_default();
                        return Ok(Mint { token, signing: Duration::ZERO, exchange });
                    }
                }
                Next::Send(refresh_token) => {
                    let to = Use {
                        instance_url: holder.instance_url.as_ref(),
                        life: holder.life,
                        may_rotate: lineage.may_rotate(),
                    };
                    let answer = self.server.refresh(client, &refresh_token, &to).await;
                    let refreshed = answer.map_err(|failure| lineage.failed(failure))?;
                    took = Some(refreshed.exchange);
                    let younger = refreshed.refresh_token.map(Arc::new);
                    if let Some(younger) = &younger {
                        lineages.add(client, younger, lineage);
                    }
                    lineage.answered(refreshed.token, younger);
                }
            }
        }
    }
}
