//! Telling the portal from strangers. Nothing here takes longer for a better guess.

use hmac::{Hmac, KeyInit as _, Mac as _};
use secrecy::{ExposeSecret as _, SecretString};
use sha2::Sha256;
use subtle::ConstantTimeEq as _;

/// The header with the signature of a body of the box module.
pub const SIGNATURE_HEADER: &str = "X-Parom-Signature";

/// The `application_token` that came with a notice. Vendor page: `api-reference/events/safe-event-handlers.md`.
#[derive(Clone, Debug)]
pub struct Token(SecretString);

impl Token {
    /// A token as it came; empty where none came.
    pub fn new(token: impl Into<String>) -> Self {
        Self(SecretString::from(token.into()))
    }

    /// Whether it is the portal's. Never, where no token is expected: an empty setting must not let everybody in.
    pub fn is(&self, expected: &SecretString) -> bool {
        let (came, expected) = (self.0.expose_secret().as_bytes(), expected.expose_secret().as_bytes());
        !expected.is_empty() && bool::from(came.ct_eq(expected))
    }
}

/// A signature of a body: `sha256=` and 64 hexadecimal digits of HMAC-SHA256.
#[derive(Clone)]
pub struct Signature([u8; 32]);

/// Why a body is not taken for the module's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadSignature {
    /// No signature, or something else in its place.
    #[error("у уведомления нет подписи {SIGNATURE_HEADER}: sha256=…; обновите модуль обмена на портале")]
    Malformed,
    /// Signed with another secret, or changed on the way.
    #[error(
        "подпись уведомления не сошлась: секрет модуля в Битрикс24 и в настройках Парома должен быть одним и тем же"
    )]
    Wrong,
    /// There is no secret to check it with.
    #[error("секрет модуля не задан: укажите module_secret в разделе [bitrix24] настроек Парома")]
    NoSecret,
}

impl Signature {
    /// Reads the value of the header.
    pub fn read(header: &str) -> Result<Self, BadSignature> {
        let digits = header.trim().strip_prefix("sha256=").ok_or(BadSignature::Malformed)?.as_bytes();
        let (pairs, rest) = digits.as_chunks::<2>();
        if pairs.len() != 32 || !rest.is_empty() {
            return Err(BadSignature::Malformed);
        }
        let mut signature = [0; 32];
        for (byte, [high, low]) in signature.iter_mut().zip(pairs) {
            *byte = half(*high)? << 4 | half(*low)?;
        }
        Ok(Self(signature))
    }

    /// Whether who knows the secret signed exactly these bytes.
    pub fn check(&self, body: &[u8], secret: &SecretString) -> Result<(), BadSignature> {
        let secret = secret.expose_secret().as_bytes();
        if secret.is_empty() {
            return Err(BadSignature::NoSecret);
        }
        let mut mac = Hmac::<Sha256>::new_from_slice(secret).expect("HMAC takes a key of any length");
        mac.update(body);
        mac.verify_slice(&self.0).map_err(|_| BadSignature::Wrong)
    }
}

impl std::fmt::Debug for Signature {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Signature")
    }
}

fn half(digit: u8) -> Result<u8, BadSignature> {
    let value = char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok());
    value.ok_or(BadSignature::Malformed)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 4231, test case 2.
    const SIGNED: (&str, &str, &str) = (
        "Jefe",
        "what do ya want for nothing?",
        "sha256=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
    );

    fn check(secret: &str, body: &str, header: &str) -> Result<(), BadSignature> {
        Signature::read(header)?.check(body.as_bytes(), &secret.into())
    }

    #[test]
    fn a_body_is_taken_only_with_the_signature_of_its_secret() {
        let (secret, body, header) = SIGNED;
        assert_eq!(check(secret, body, header), Ok(()));
        assert_eq!(check(secret, body, &header.to_uppercase().replace("SHA256", "sha256")), Ok(()));
        assert_eq!(check("jefe", body, header), Err(BadSignature::Wrong));
        assert_eq!(check(secret, "What do ya want for nothing?", header), Err(BadSignature::Wrong));
        assert_eq!(check("", body, header), Err(BadSignature::NoSecret));
    }

    #[test]
    fn what_is_no_signature_is_none() {
        let (secret, body, header) = SIGNED;
        let digits = header.strip_prefix("sha256=").expect("the prefix");
        let short = &header[..header.len() - 1];
        let sign = header.replace("5b", "+b");
        for bad in [
            "",
            "sha256=",
            digits,
            short,
            &sign,
            &format!("{header}00"),
            &format!("sha256={}", "ж".repeat(32)),
        ] {
            assert_eq!(check(secret, body, bad), Err(BadSignature::Malformed), "{bad}");
        }
    }

    #[test]
    fn a_token_that_was_not_set_lets_nobody_in() {
        assert!(Token::new("abc").is(&"abc".into()));
        assert!(!Token::new("abd").is(&"abc".into()));
        assert!(!Token::new("ab").is(&"abc".into()));
        assert!(!Token::new("").is(&"".into()));
    }
}
