//! A pair of tokens, and who keeps it.

use domain::Timestamp;
use futures::future::BoxFuture;
use secrecy::SecretString;

/// What the OAuth server gave out. `Debug` shows no token.
/// Vendor page: `settings/oauth/auto-renewal.md`.
#[derive(Clone, Debug)]
pub struct TokenPair {
    /// Lets calls in, for an hour.
    pub access: SecretString,
    /// Is exchanged for the next pair, within 180 days and once.
    pub refresh: SecretString,
    /// When `access` ceases to be good.
    pub expires_at: Timestamp,
}

/// Keeps the newest pair of one application. A refresh token is good for one exchange, so a pair that was not kept is
/// lost with the process.
pub trait TokenStore: std::fmt::Debug + Send + Sync {
    /// The pair that was kept last, be it by another process. The error says in Russian what went wrong, without
    /// secrets.
    fn load(&self) -> BoxFuture<'_, Result<Option<TokenPair>, String>>;

    /// Keeps the pair; it has to survive `kill -9` when this returns.
    fn save<'a>(&'a self, pair: &'a TokenPair) -> BoxFuture<'a, Result<(), String>>;
}

/// Why there is no token to call with. Nothing was asked of the portal yet.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// Nobody has connected the application yet.
    #[error(
        "локальное приложение ещё не подключено: укажите адрес Парома как путь обработчика приложения в Битрикс24 и \
         установите его, или откройте ссылку, которую называет parom setup"
    )]
    Absent,
    /// Our own store did not give or take them.
    #[error("токены приложения не прочитаны или не сохранены ({0})")]
    Store(String),
    /// The OAuth server was not reached.
    #[error(
        "сервер авторизации {server} недоступен ({why}); с этого сервера и с портала к нему нужен доступ по https"
    )]
    Unreached {
        /// Scheme, host and port.
        server: String,
        /// What stood in the way.
        why: String,
    },
    /// The OAuth server did not answer as documented. It may have given a new pair to nobody.
    #[error("сервер авторизации {server} ответил непонятно ({why}); попытка повторится")]
    Unclear {
        /// Scheme, host and port.
        server: String,
        /// What came.
        why: String,
    },
    /// The OAuth server knows better.
    /// Vendor page: `settings/oauth/error-codes.md`.
    #[error("сервер авторизации отказал ({code}). {}", cure(.code))]
    Refused {
        /// `invalid_grant`, `invalid_client`, `PAYMENT_REQUIRED`…
        code: String,
    },
}

fn cure(code: &str) -> &'static str {
    match code.to_ascii_lowercase().as_str() {
        "invalid_client" => {
            "Сверьте client_id и client_secret в разделе [bitrix24] с карточкой локального приложения"
        }
        "payment_required" => "Проверьте лицензию коробки и подписку на Маркет",
        _ => "Подключите локальное приложение снова: переустановите его или откройте ссылку из parom setup",
    }
}
