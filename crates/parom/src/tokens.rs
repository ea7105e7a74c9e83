//! Keeps the tokens of the local application in Parom's own database.

use std::future::Future;
use std::pin::Pin;

use bitrix::{TokenPair, TokenStore};
use secrecy::{ExposeSecret as _, SecretString};
use store::{ApplicationTokens, Store, StoreError};

/// The tokens of one application.
#[derive(Debug)]
pub(crate) struct StoredTokens {
    store: Store,
    client_id: String,
}

type Soon<'a, T> = Pin<Box<dyn Future<Output = Result<T, String>> + Send + 'a>>;

impl StoredTokens {
    pub(crate) fn new(store: Store, client_id: String) -> Self {
        Self { store, client_id }
    }

    async fn keep(&self, tokens: &ApplicationTokens) -> Result<(), StoreError> {
        let mut write = self.store.begin().await?;
        write.keep_application_tokens(&self.client_id, tokens).await?;
        write.commit().await
    }
}

impl TokenStore for StoredTokens {
    fn load(&self) -> Soon<'_, Option<TokenPair>> {
        Box::pin(async {
            let kept =
                self.store.application_tokens(&self.client_id).await.map_err(|error| error.to_string())?;
            Ok(kept.map(|tokens| TokenPair {
                access: SecretString::from(tokens.access),
                refresh: SecretString::from(tokens.refresh),
                expires_at: tokens.expires_at,
            }))
        })
    }

    fn save<'a>(&'a self, pair: &'a TokenPair) -> Soon<'a, ()> {
        Box::pin(async {
            let tokens = ApplicationTokens {
                access: pair.access.expose_secret().to_owned(),
                refresh: pair.refresh.expose_secret().to_owned(),
                expires_at: pair.expires_at,
            };
            self.keep(&tokens).await.map_err(|error| error.to_string())
        })
    }
}
