//! Why a delivery to Bitrix24 waits for a person: what happened, with what, what to do.

use domain::{Field, Reason, ReasonCode, quoted};

use super::work::Work;
use crate::card::Card;

pub(super) fn refused(work: &Work, text: &str) -> Reason {
    let inn = if work.inn().is_empty() { "не указан" } else { work.inn() };
    Reason::new(
        ReasonCode::Refused,
        format!(
            "{} (ИНН {inn}) не передан: Битрикс24 отказал: {text}. Исправьте данные в 1С, и передача повторится \
             сама, или повторите её командой parom parked retry.",
            quoted(work.title()),
        ),
    )
}

pub(super) fn held_by_another(work: &Work, company: i64) -> Reason {
    Reason::new(
        ReasonCode::DuplicateInPortal,
        format!(
            "{} не передан: клиент с таким ИНН уже создан, ИНН {} стоит в компании № {company}, а она связана с \
             другим контрагентом 1С. Исправьте ИНН у того, где он ошибочен: передача повторится сама.",
            quoted(work.title()),
            work.inn(),
        ),
    )
}

pub(super) fn repeated_in_portal(work: &Work, company: i64) -> Reason {
    Reason::new(
        ReasonCode::DuplicateInPortal,
        format!(
            "{} не передан: клиент с таким ИНН уже создан, ИНН {} стоит в компании № {company}, и модуль портала не \
             сохраняет его второй раз. Исправьте ИНН у того, где он ошибочен, или удалите лишнюю компанию: передача \
             повторится сама. Если это филиалы, разрешите их в настройках модуля на портале и повторите передачу \
             (parom parked retry).",
            quoted(work.title()),
            work.inn(),
        ),
    )
}

/// `half` is the company that Parom made for it, without a requisite.
pub(super) fn half_made(work: &Work, half: i64, company: i64) -> Reason {
    Reason::new(
        ReasonCode::SeveralInPortal,
        format!(
            "{} не передан: клиент с таким ИНН уже создан, ИНН {} стоит в компании № {company}. Компания № {half}, которую \
             начал создавать Паром, осталась без реквизитов, и удалить её не удалось: у неё уже есть сделка, её изменили \
             или у вебхука нет права удалять. Объедините обе в Битрикс24, затем повторите передачу (parom parked retry).",
            quoted(work.title()),
            work.inn(),
        ),
    )
}

pub(super) fn own_company(work: &Work) -> Reason {
    Reason::new(
        ReasonCode::OwnCompany,
        format!(
            "{} (ИНН {}) не передан: с этим ИНН в Битрикс24 записана ваша собственная компания (№ {}). Если это \
             клиент, создайте для него в Битрикс24 отдельную компанию с реквизитами и повторите передачу.",
            quoted(work.title()),
            work.inn(),
            work.link.company_id.unwrap_or_default(),
        ),
    )
}

pub(super) fn exhausted(work: &Work) -> Reason {
    Reason::new(
        ReasonCode::Exhausted,
        format!(
            "{} не передан: Битрикс24 много раз не ответил именно на эту запись, хотя другие проходят. Проверьте \
             журнал ошибок портала, затем повторите передачу (parom parked retry).",
            quoted(work.title())
        ),
    )
}

pub(super) fn not_stored(work: &Work, card: &Card, fields: &[Field]) -> Reason {
    let fields = fields.iter().map(|field| field.title()).collect::<Vec<_>>().join(", ");
    Reason::new(
        ReasonCode::NotStored,
        format!(
            "{}: Битрикс24 ответил, что записал, но в компании № {} не сохранилось: {fields}. Проверьте права \
             пользователя вебхука и шаблон реквизитов (parom doctor), затем повторите передачу.",
            quoted(work.title()),
            card.company.id,
        ),
    )
}
