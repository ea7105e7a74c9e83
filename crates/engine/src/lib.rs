//! Decides and drives: plan, dispatch.
