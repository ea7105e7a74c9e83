#![doc = include_str!("../README.md")]

mod answer;
mod application;
mod args;
mod batch;
mod client;
mod clock;
mod door;
mod error;
mod files;
mod health;
mod list;
pub mod notices;
mod observer;
mod pace;
mod reply;
mod service;
mod transport;
mod webhook;
pub mod wire;

pub use answer::{Answer, Timing};
pub use application::{
    Application, ApplicationSettings, BadOAuthServer, EVENTS_MAX, GRANT_BYTES_MAX, Grant, NotConnected,
    OAuthServer, Parcel, TokenError, TokenPair, TokenStore,
};
pub use args::{Arg, Args, Reference, neutral};
pub use batch::{
    BATCH_BYTES_MAX, BATCH_COMMANDS_MAX, Batch, BatchAnswer, Chain, ChainError, Command, Outcome, Piece, pack,
};
pub use client::{Client, Settings};
pub use clock::SystemClock;
pub use error::{ApiError, ApiErrorKind, BusyBy, CallError, Denial, Lost, Unreached};
pub use files::{Download, FieldFile, ItemField, ItemUpdate};
pub use health::{Failure, Health};
pub use list::{ListPage, Listing, Lists, PAGE_ROWS, Pages};
pub use observer::{Observer, Requested};
pub use pace::PaceSettings;
pub use transport::ANSWER_BYTES_MAX;
pub use webhook::{BadWebhook, WebhookUrl};
