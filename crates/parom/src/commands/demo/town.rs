//! People at work on both sides while a visitor looks around: every few seconds somebody changes something, and what he
//! changed is told once the other side shows it. A short list of people and deals, over whose values they go again and
//! again: however long the demo runs, it does not grow by its records.

use anyhow::{Context, bail};
use domain::SignedDuration;
use emulator::onec::{Connection, ContactKind, InquiryStatus, Kopecks};
use engine::DealField;
use uuid::Uuid;

use super::cast::{Cast, Client};
use super::deal::{self, value};
use crate::show;

/// From one movement to the next.
const REST: SignedDuration = SignedDuration::from_secs(4);
/// 1C polls more often than the five minutes of life.
const POLL_EVERY: SignedDuration = SignedDuration::from_secs(1);
/// After so long a movement is given up: the visitor may have parted the two records himself.
const PATIENCE: SignedDuration = SignedDuration::from_secs(60);

/// What somebody does.
#[derive(Clone, Copy, Debug)]
enum Movement {
    /// An accountant corrects the telephone of a client.
    PhoneInOneC,
    /// A manager writes down a new director.
    DirectorInBitrix,
    /// A manager moves a deal.
    StageInBitrix,
    /// The client pays, or the bank takes a payment back.
    PaymentInOneC,
    /// An engineer works on the «Запрос».
    StatusInOneC,
}

impl Movement {
    const ALL: [Self; 5] = [
        Self::PhoneInOneC,
        Self::DirectorInBitrix,
        Self::StageInBitrix,
        Self::PaymentInOneC,
        Self::StatusInOneC,
    ];

    const fn way(self) -> &'static str {
        match self {
            Self::DirectorInBitrix | Self::StageInBitrix => "Битрикс24 → 1С",
            Self::PhoneInOneC | Self::PaymentInOneC | Self::StatusInOneC => "1С → Битрикс24",
        }
    }
}

const DIRECTORS: [&str; 6] = [
    "Орлова Нина Павловна",
    "Жуков Степан Ильич",
    "Белова Инна Олеговна",
    "Громов Лев Андреевич",
    "Седова Ирина Юрьевна",
    "Титов Марк Сергеевич",
];
/// The stages of a deal that nobody has won or lost yet. <https://apidocs.bitrix24.com/api-reference/crm/status/index.html>
const STAGES: [&str; 3] = ["NEW", "PREPARATION", "EXECUTING"];
const STATUSES: [InquiryStatus; 3] =
    [InquiryStatus::New, InquiryStatus::InWork, InquiryStatus::QuotationSent];
/// Payments of one inquiry; afterwards the oldest are taken back and posted again.
const PAYMENTS_MAX: usize = 6;
/// A payment: 12 500,00.
const PAYMENT: Kopecks = Kopecks(1_250_000);
/// Clients whom nobody else needs for his story, and how many of them.
const CLIENTS: std::ops::Range<usize> = 7..13;

/// Who is there.
struct Town {
    clients: Vec<Client>,
    /// Deals that are open and known to 1C.
    deals: Vec<(i64, Uuid)>,
    turn: usize,
}

/// Goes on until it is dropped. In a still town nobody works, and 1C goes on exchanging.
pub(super) async fn lives(cast: &mut Cast, connection: &Connection, is_still: bool) {
    let clock = std::sync::Arc::clone(&cast.app.clock);
    let mut town = match Town::gather(cast).await {
        Ok(town) => town,
        Err(error) => return wait_for_the_end(&error).await,
    };
    loop {
        if is_still {
            if let Err(error) = cast.onec.exchange(connection).await {
                tracing::error!(%error, "1C of the demo did not exchange: {error}");
            }
            clock.sleep(POLL_EVERY).await;
            continue;
        }
        let movement = town.next();
        match town.works(cast, connection, movement).await {
            Ok(told) => {
                let _ = show::say(told);
            }
            Err(error) => tracing::error!("A movement of the demo came to nothing: {error:#}"),
        }
        clock.sleep(REST).await;
    }
}

/// The visitor still has everything that was told.
async fn wait_for_the_end(error: &anyhow::Error) {
    tracing::error!("Nobody works in the demo: {error:#}");
    std::future::pending::<()>().await;
}

/// Every movement once; the first that does not arrive fails the demo.
pub(super) async fn shows_each_movement(cast: &mut Cast, connection: &Connection) -> anyhow::Result<()> {
    let mut town = Town::gather(cast).await?;
    for movement in Movement::ALL {
        show::say(format!("  {}", town.works(cast, connection, movement).await?))?;
    }
    Ok(())
}

impl Town {
    async fn gather(cast: &Cast) -> anyhow::Result<Self> {
        let mut clients = cast.delivered(CLIENTS.end).await?;
        let others = CLIENTS.start.min(clients.len().saturating_sub(1));
        clients.drain(..others);
        let open = cast.onec.inquiries().filter(|inquiry| !inquiry.asked.closed);
        let mut deals: Vec<_> = open.map(|inquiry| (inquiry.asked.deal_id, inquiry.reference)).collect();
        deals.sort_unstable();
        if clients.is_empty() || deals.is_empty() {
            bail!("некому работать: клиентов {}, сделок {}", clients.len(), deals.len());
        }
        Ok(Self { clients, deals, turn: 0 })
    }

    fn next(&self) -> Movement {
        Movement::ALL[self.turn % Movement::ALL.len()]
    }

    /// Somebody does something, and it reaches the other side.
    async fn works(
        &mut self,
        cast: &mut Cast,
        connection: &Connection,
        movement: Movement,
    ) -> anyhow::Result<String> {
        let begun = cast.app.clock.now();
        // Every client and every deal has its turn, whatever the movement.
        let round = self.turn / Movement::ALL.len();
        let client = self.clients[round % self.clients.len()].clone();
        let deal = self.deals[round % self.deals.len()];
        self.turn += 1;
        let told = match movement {
            Movement::PhoneInOneC => phone(cast, connection, &client, round).await?,
            Movement::DirectorInBitrix => director(cast, connection, &client).await?,
            Movement::StageInBitrix => stage(cast, connection, deal).await?,
            Movement::PaymentInOneC => payment(cast, connection, deal, round).await?,
            Movement::StatusInOneC => status(cast, connection, deal).await?,
        };
        let took = cast.app.clock.now().duration_since(begun).as_secs_f64();
        let seconds = format!("{took:.1}").replace('.', ",");
        let at = cast.app.config.onec.time_zone.to_datetime(begun).strftime("%H:%M:%S");
        Ok(format!("{at}  {}  {told} (за {seconds} с)", movement.way()))
    }
}

async fn phone(
    cast: &mut Cast,
    connection: &Connection,
    client: &Client,
    round: usize,
) -> anyhow::Result<String> {
    let phone = format!("+7 (495) 555-{:02}-{:02}", round % 90 + 10, client.company % 100);
    cast.onec.edit(client.reference, |element| {
        element.contacts.insert(ContactKind::Phone, phone.clone());
    });
    let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
    let wanted = digits(&phone);
    seen(cast, connection, |cast| {
        let company = cast.portal.company(client.company);
        company.is_some_and(|card| card.phones.iter().any(|phone| digits(phone) == wanted))
    })
    .await?;
    Ok(format!("«{}»: новый телефон {phone}", client.name))
}

async fn director(cast: &mut Cast, connection: &Connection, client: &Client) -> anyhow::Result<String> {
    let element = cast.onec.find(client.reference).context("контрагент есть в 1С")?;
    let name = after(&DIRECTORS, |name| *name == element.director());
    cast.portal.employee().edits_requisite(client.requisite, &[("RQ_DIRECTOR", name)])?;
    seen(cast, connection, |cast| {
        cast.onec.find(client.reference).is_some_and(|element| element.director() == *name)
    })
    .await?;
    Ok(format!("«{}»: директор — {name}", client.name))
}

async fn stage(
    cast: &mut Cast,
    connection: &Connection,
    (deal, inquiry): (i64, Uuid),
) -> anyhow::Result<String> {
    let stage = after(&STAGES, |stage| *stage == value(cast, deal, "STAGE_ID"));
    cast.portal.employee().edits_deal(deal, &[("STAGE_ID", stage)])?;
    let asked = |cast: &Cast| cast.onec.inquiry(inquiry).map(|inquiry| inquiry.asked.clone());
    seen(cast, connection, |cast| asked(cast).is_some_and(|asked| asked.stage_id == *stage)).await?;
    let asked = asked(cast).context("запрос есть в 1С")?;
    Ok(format!("сделка «{}»: стадия «{}»", asked.title, asked.stage))
}

async fn payment(
    cast: &mut Cast,
    connection: &Connection,
    (deal, inquiry): (i64, Uuid),
    round: usize,
) -> anyhow::Result<String> {
    let payments: Vec<_> = cast.onec.payments_of(inquiry).cloned().collect();
    let told = match payments.get(round % PAYMENTS_MAX) {
        Some(payment) if payments.len() >= PAYMENTS_MAX && payment.cancelled => {
            cast.onec.restore_payment(payment.reference);
            format!("{} снова проведена", payment.number)
        }
        Some(payment) if payments.len() >= PAYMENTS_MAX => {
            cast.onec.cancel_payment(payment.reference);
            format!("проведение {} отменено", payment.number)
        }
        _ => {
            cast.onec.pay(inquiry, PAYMENT).context("запрос есть в 1С")?;
            format!("оплата {}", PAYMENT.printed())
        }
    };
    let paid = cast.onec.paid(inquiry).get("RUB").copied().unwrap_or_default();
    let field = DealField::Paid.default_name();
    seen(cast, connection, |cast| {
        value(cast, deal, field).split('|').next().and_then(Kopecks::parse) == Some(paid)
    })
    .await?;
    Ok(format!("{told}, в сделке № {deal} оплачено {}", value(cast, deal, field).replace('|', " ")))
}

async fn status(
    cast: &mut Cast,
    connection: &Connection,
    (deal, inquiry): (i64, Uuid),
) -> anyhow::Result<String> {
    let there = cast.onec.inquiry(inquiry).context("запрос есть в 1С")?;
    let number = there.number.clone();
    let next = after(&STATUSES, |status| *status == there.status).clone();
    let word = next.as_str().to_owned();
    cast.onec.set_inquiry_status(inquiry, next);
    let field = DealField::Status.default_name();
    seen(cast, connection, |cast| value(cast, deal, field) == word).await?;
    Ok(format!("запрос {number}: {word}"))
}

/// The one after that which is there now; the first, if none of them is.
fn after<T>(all: &[T], is_there: impl Fn(&T) -> bool) -> &T {
    let next = all.iter().position(is_there).map_or(0, |place| place + 1);
    &all[next % all.len()]
}

/// 1C exchanges until the other side shows it.
async fn seen(cast: &mut Cast, connection: &Connection, is_so: impl Fn(&Cast) -> bool) -> anyhow::Result<()> {
    let begun = cast.app.clock.now();
    let mut next = begun;
    while !is_so(cast) {
        let now = cast.app.clock.now();
        if now.duration_since(begun) > PATIENCE {
            bail!("изменение не дошло за {} с", PATIENCE.as_secs());
        }
        if now >= next {
            next = now + POLL_EVERY;
            cast.onec.exchange(connection).await?;
        }
        cast.app.clock.sleep(super::LOOK_EVERY).await;
    }
    // What 1C took it confirms.
    cast.onec.exchange(connection).await?;
    deal::quiet(cast).await
}
