//! The navigation: every page that people go to by themselves has a line here.

use domain::Role;

use crate::pages::{
    alerts, audit, held, inquiries, jobs, load, overview, people, reconciliation, settings, setup,
};

/// A line of the navigation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tab {
    /// Whether the ferry runs.
    Overview,
    /// The way from nothing to a running Parom; shown until it has been gone.
    Setup,
    /// What waits, and why.
    Held,
    /// Deals, their documents and payments.
    Inquiries,
    /// Both sides compared.
    Reconciliation,
    /// How counterparties come in at the beginning.
    Load,
    /// Work that takes its time.
    Jobs,
    /// What is wrong with the whole.
    Alerts,
    /// What was set.
    Settings,
    /// Who may use the console.
    People,
    /// Who did what.
    Audit,
}

impl Tab {
    /// In the order in which they are shown.
    pub(crate) const ALL: &'static [Self] = &[
        Self::Overview,
        Self::Setup,
        Self::Held,
        Self::Inquiries,
        Self::Reconciliation,
        Self::Load,
        Self::Jobs,
        Self::Alerts,
        Self::Settings,
        Self::People,
        Self::Audit,
    ];

    pub(crate) const fn title(self) -> &'static str {
        match self {
            Self::Overview => "Обзор",
            Self::Setup => "Первый запуск",
            Self::Held => "Ждут",
            Self::Inquiries => "Запросы",
            Self::Reconciliation => "Сверка",
            Self::Load => "Загрузка",
            Self::Jobs => "Задания",
            Self::Alerts => "Предупреждения",
            Self::Settings => "Настройки",
            Self::People => "Люди",
            Self::Audit => "Действия",
        }
    }

    pub(crate) fn href(self) -> String {
        match self {
            Self::Overview => overview::Overview.to_string(),
            Self::Setup => setup::Setup.to_string(),
            Self::Held => held::Groups.to_string(),
            Self::Inquiries => inquiries::Inquiries.to_string(),
            Self::Reconciliation => reconciliation::Reconciliation.to_string(),
            Self::Load => load::Load.to_string(),
            Self::Jobs => jobs::Jobs.to_string(),
            Self::Alerts => alerts::Alerts.to_string(),
            Self::Settings => settings::Settings.to_string(),
            Self::People => people::People.to_string(),
            Self::Audit => audit::Audit.to_string(),
        }
    }

    /// Who sees the line; the page itself asks again.
    pub(crate) const fn role(self) -> Role {
        match self {
            Self::Setup | Self::People | Self::Audit => Role::Administrator,
            _ => Role::Viewer,
        }
    }
}
