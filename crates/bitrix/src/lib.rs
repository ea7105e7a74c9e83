//! The Bitrix24 REST client: call, batch, lists by id, pace, errors.
