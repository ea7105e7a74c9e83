//! Which 1C it is: the generation of the platform, and the place where the code runs.

/// A generation of the platform. What a newer one has brought is unknown to an older one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Platform {
    /// 8.2: HTTP by files, without status codes; no JSON.
    V82,
    /// 8.3: HTTPЗапрос and HTTPОтвет.
    V83,
}

impl Platform {
    /// What `СистемнаяИнформация.ВерсияПриложения` says.
    pub fn version(self) -> &'static str {
        match self {
            Self::V82 => "8.2.19.130",
            Self::V83 => "8.3.22.1709",
        }
    }
}

/// Where the code runs: what the directives `#Если` ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// A scheduled job on the server.
    Server,
    /// A thick client with the ordinary application.
    ThickClient,
    /// A COM connection.
    ExternalConnection,
}

impl Place {
    /// Every symbol that a directive may ask for, with small letters.
    pub(crate) const SYMBOLS: [&'static str; 8] = [
        "сервер",
        "клиент",
        "тонкийклиент",
        "вебклиент",
        "толстыйклиентобычноеприложение",
        "толстыйклиентуправляемоеприложение",
        "внешнеесоединение",
        "мобильноеприложениеклиент",
    ];

    /// Whether a symbol is true here. In a thick client of a file base `Сервер` is not set, though the code of the
    /// server runs in it.
    pub(crate) fn has(self, symbol: &str) -> bool {
        match self {
            Self::Server => symbol == "сервер",
            Self::ThickClient => matches!(symbol, "клиент" | "толстыйклиентобычноеприложение"),
            Self::ExternalConnection => symbol == "внешнеесоединение",
        }
    }

    /// Whether dialogs, idle handlers and the like are there.
    pub(crate) fn is_client(self) -> bool {
        self == Self::ThickClient
    }
}
