//! What can be wrong with the whole.

/// Something that people are told of. One alert per cause is open at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Cause {
    /// 1C does not call.
    OneCSilent,
    /// Bitrix24 does not answer.
    PortalSilent,
    /// Nothing travels to Bitrix24 before a person has acted.
    LaneStopped,
    /// Too many records wait for a person.
    Parked,
    /// A reconciliation found too much that needs a person.
    Differences,
    /// The disk of the database is almost full.
    Disk,
    /// The adapter of 1C or the module of the portal does not fit.
    Misfit,
    /// A channel of these very alerts fails.
    ChannelFails,
}

impl Cause {
    /// All of them, the worst first.
    pub const ALL: [Self; 8] = [
        Self::LaneStopped,
        Self::PortalSilent,
        Self::OneCSilent,
        Self::Disk,
        Self::Misfit,
        Self::Parked,
        Self::Differences,
        Self::ChannelFails,
    ];

    /// Its word in the database, in commands and in figures.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::OneCSilent => "onec-silent",
            Self::PortalSilent => "portal-silent",
            Self::LaneStopped => "lane-stopped",
            Self::Parked => "parked",
            Self::Differences => "differences",
            Self::Disk => "disk",
            Self::Misfit => "misfit",
            Self::ChannelFails => "channel-fails",
        }
    }

    /// The cause of a word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|cause| cause.as_str() == word)
    }

    /// What people call it.
    pub fn title(self) -> &'static str {
        match self {
            Self::OneCSilent => "1С молчит",
            Self::PortalSilent => "Битрикс24 не отвечает",
            Self::LaneStopped => "Передача остановлена",
            Self::Parked => "Много записей ждёт человека",
            Self::Differences => "Сверка нашла расхождения",
            Self::Disk => "Мало места на диске",
            Self::Misfit => "Обработка 1С или модуль Битрикс24 не подходит",
            Self::ChannelFails => "Предупреждения не доходят",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_cause_is_known_by_its_word() {
        for cause in Cause::ALL {
            assert_eq!(Cause::parse(cause.as_str()), Some(cause));
        }
        assert_eq!(Cause::parse("парковка"), None);
    }
}
