use crate::face::DealFields;
use crate::inquiry::InquirySettings;
use domain::{MatchBy, Pauses, Rules, SignedDuration};

/// What of the configuration the engine needs.
#[derive(Clone, Debug)]
pub struct Settings {
    /// How counterparties are recognised.
    pub match_by: MatchBy,
    /// Who wins, field by field.
    pub rules: Rules,
    /// Whether a deletion mark in 1C deletes the company in the portal. By default it is only shown.
    pub delete_marked: bool,
    /// What of a deal travels to 1C.
    pub inquiries: InquirySettings,
    /// Which fields of a deal show what 1C tells.
    pub deal_fields: DealFields,
    /// When a record that fails is tried again.
    pub pauses: Pauses,
    /// How long to wait after an unclear answer before looking what became of the call: the portal may
    /// still be working on it.
    pub quiet_after_unclear: SignedDuration,
    /// How often to ask the portal what was changed.
    pub sweep_every: SignedDuration,
    /// How often to read every card, for what leaves no trace in a list.
    pub full_compare_every: SignedDuration,
    /// Whether Parom was told the secret of the box module, so that its notices are let in.
    pub hears_module: bool,
    /// How often to fetch offline events, where a local application may.
    pub offline_every: SignedDuration,
    /// How long to leave a portal alone that cannot be reached, is closed, or denies a right.
    pub pause_of_outage: SignedDuration,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            match_by: MatchBy::default(),
            rules: Rules::default(),
            delete_marked: false,
            inquiries: InquirySettings::default(),
            deal_fields: DealFields::default(),
            pauses: Pauses::default(),
            quiet_after_unclear: SignedDuration::from_secs(10),
            sweep_every: SignedDuration::from_secs(60),
            full_compare_every: SignedDuration::from_hours(24),
            hears_module: false,
            offline_every: SignedDuration::from_secs(15),
            pause_of_outage: SignedDuration::from_secs(15),
        }
    }
}
