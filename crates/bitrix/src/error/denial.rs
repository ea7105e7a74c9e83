//! What a person has to give, switch on or correct before anything can pass.

/// The missing right or setting. `Display` says what is wrong, [`cure`](Denial::cure) what to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
pub enum Denial {
    /// `NO_AUTH_FOUND`, `INVALID_CREDENTIALS`: the portal does not know this webhook.
    #[error("портал не узнал вебхук")]
    Webhook,
    /// `expired_token`: the webhook had a last day.
    #[error("срок действия вебхука истёк")]
    Expired,
    /// What a webhook would be told by `NO_AUTH_FOUND` or `expired_token`, and an application with a new token was.
    #[error("портал не принял токен локального приложения")]
    Token,
    /// `insufficient_scope`: the webhook was made without this part of the portal.
    #[error("вебхуку не выдан нужный раздел")]
    Scope,
    /// `ACCESS_DENIED`, `user_access_error`, «Access denied»: the owner of the webhook may not.
    #[error("у владельца вебхука не хватает прав")]
    Rights,
    /// `ACCESS_DENIED` with words about plans: REST is not part of the licence.
    #[error("REST не входит в лицензию портала")]
    Licence,
    /// «Application context required»: not for webhooks at all.
    #[error("метод доступен только приложениям, не вебхукам")]
    Application,
    /// `ERROR_METHOD_NOT_FOUND`: the box is too old or a module is missing.
    #[error("портал не знает такого метода")]
    MethodMissing,
    /// `ERROR_BATCH_METHOD_NOT_ALLOWED`.
    #[error("метод нельзя вызывать в пакете")]
    NotInBatch,
    /// `INVALID_REQUEST`: «Https required».
    #[error("портал принимает только https")]
    HttpsRequired,
    /// HTTP 404 without an envelope: whatever answers there, it is no REST of Bitrix24.
    #[error("по этому адресу нет REST Битрикс24")]
    NotPortal,
    /// HTTP 401 or 403 without an envelope: somebody before the portal refuses.
    #[error("запрос отклонён веб-сервером или межсетевым экраном перед порталом")]
    Proxy,
    /// HTTP 413.
    #[error("веб-сервер портала не принимает запросы такого размера")]
    TooLarge,
    /// A redirect that must not be followed, because the secret would go to where nobody asked it to.
    #[error("портал перенаправляет на другой адрес")]
    Moved,
}

impl Denial {
    /// All of them.
    pub const ALL: [Self; 14] = [
        Self::Webhook,
        Self::Expired,
        Self::Token,
        Self::Scope,
        Self::Rights,
        Self::Licence,
        Self::Application,
        Self::MethodMissing,
        Self::NotInBatch,
        Self::HttpsRequired,
        Self::NotPortal,
        Self::Proxy,
        Self::TooLarge,
        Self::Moved,
    ];

    /// What to do, for the person who runs the service.
    pub fn cure(self) -> &'static str {
        match self {
            Self::Webhook => {
                "Сверьте адрес вебхука с тем, что показывает портал («Разработчикам» → «Другое» → «Входящий вебхук»): \
                 если вебхук изменил другой администратор или владелец уволен, код стал другим"
            }
            Self::Expired => "Продлите вебхук в Битрикс24 или создайте новый и укажите его адрес",
            Self::Token => {
                "Откройте порталу доступ к серверу авторизации (токены он проверяет там) и, если это не поможет, подключите \
                 локальное приложение снова"
            }
            Self::Scope => "Откройте вебхук в Битрикс24 и добавьте разделы crm, im и user_brief",
            Self::Rights => {
                "Сделайте владельца вебхука администратором портала или дайте ему в CRM права на чтение, добавление и \
                 изменение компаний и контактов"
            }
            Self::Licence => "Проверьте лицензию коробки и подписку на Маркет: без них REST закрыт",
            Self::Application => "Этот вызов требует локального приложения; уберите его из настроек вебхука",
            Self::MethodMissing => {
                "Обновите модули CRM и REST на коробке и проверьте, что модуль CRM установлен"
            }
            Self::NotInBatch => "Сообщите разработчику: этот метод надо вызывать отдельно",
            Self::HttpsRequired => "Укажите адрес вебхука с https://",
            Self::NotPortal => "Проверьте адрес вебхука: имя портала и часть /rest/НОМЕР/КОД/",
            Self::Proxy => {
                "Разрешите серверу обмена доступ к /rest/ портала в настройках nginx или межсетевого экрана"
            }
            Self::TooLarge => {
                "Увеличьте client_max_body_size в nginx и post_max_size в PHP до 8 МБ или больше"
            }
            Self::Moved => "Укажите в настройках новый адрес портала",
        }
    }
}
