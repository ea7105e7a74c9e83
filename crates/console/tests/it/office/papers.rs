//! A deal with everything that hangs on it: a «Запрос», documents in every state, payments of every sort, a history.

use domain::{
    Amount, Clock, Counterparty, Date, DocumentKind, Inquiry, InquiryPaper, Link, LinkId, OneCRef, Product,
    Reason, ReasonCode, Responsible, Shown, Side, SignedDuration,
};
use store::{
    Deed, DeedKind, DocumentRow, InquiryRow, InquiryState, Line, LineEnd, NewTranscript, PaymentRow, Placed,
    SentInquiry,
};

use super::Office;

/// The deal with all of it.
pub(crate) const DEAL: i64 = 801;
/// A deal that 1C has rejected.
pub(crate) const REJECTED: i64 = 802;
/// The document of [`DEAL`] whose file is here.
pub(crate) const INVOICE: &str = "0a0a0a0a-0000-4000-8000-000000000001";
/// What the file contains.
pub(crate) const PDF: &[u8] = b"%PDF-1.4\n% an invoice\n%%EOF\n";

const INQUIRY: &str = "0b0b0b0b-0000-4000-8000-000000000001";

fn onec_ref(text: &str) -> OneCRef {
    OneCRef::parse(text).expect("a GUID")
}

fn date(text: &str) -> Date {
    text.parse().expect("a date")
}

fn amount(text: &str) -> Amount {
    text.parse().expect("a sum")
}

fn asked_for() -> Inquiry {
    Inquiry {
        title: "Насосы для котельной".to_owned(),
        stage: "Подготовка ТКП".to_owned(),
        stage_id: "PREPARATION".to_owned(),
        amount: Some(amount("120000")),
        currency: "RUB".to_owned(),
        responsible: Responsible {
            name: "Мария Петрова".to_owned(), email: "petrova@example.ru".to_owned()
        },
        comment: "Доставка до конца года".to_owned(),
        opened_on: Some(date("2026-11-20")),
        products: vec![Product {
            name: "Насос К 80-50-200".to_owned(),
            article: "К80".to_owned(),
            quantity: amount("2"),
            unit: "шт".to_owned(),
            price: amount("60000"),
            vat_rate: Some(amount("20")),
            vat_included: true,
            amount: amount("120000"),
            ..Product::default()
        }],
        ..Inquiry::default()
    }
}

impl Office {
    /// The deal with all of it, and one that was rejected.
    pub(super) async fn deal_with_papers(&self) {
        let link = self.client_of_deal().await;
        self.inquiry(link).await;
        self.rejected_inquiry(link).await;
        self.documents().await;
        self.payments().await;
        self.what_happened().await;
    }

    async fn client_of_deal(&self) -> LinkId {
        let mut link = Link::new(self.ids.link());
        link.onec_ref = Some(onec_ref("0c0c0c0c-0000-4000-8000-000000000001"));
        link.onec_code = Some("000000031".to_owned());
        link.company_id = Some(31);
        let snapshot =
            Counterparty { name: Some("АО «Вектор»".to_owned()), ..Counterparty::default() };
        let shown = Shown { snapshot, changed_at: None, seen_at: self.clock.now() };
        (link.onec, link.bitrix) = (Some(shown.clone()), Some(shown));
        let mut write = self.store.begin().await.expect("the database is ours");
        write.save_link(&link).await.expect("a new link");
        write.commit().await.expect("the database is ours");
        link.id
    }

    async fn inquiry(&self, link: LinkId) {
        let now = self.clock.now();
        let asked = asked_for();
        // 1C has taken an earlier state and was given this one.
        let before =
            Inquiry { stage: "Новая".to_owned(), amount: Some(amount("100000")), ..asked.clone() };
        let sent = |snapshot: Inquiry| SentInquiry { snapshot, link, company_id: 31 };
        let delivery = self.ids.delivery();
        let row = InquiryRow {
            title: asked.title.clone(),
            company_id: Some(31),
            snapshot: Some(asked.clone()),
            onec_ref: Some(onec_ref(INQUIRY)),
            paper: Some(InquiryPaper {
                number: "ЗП-000042".to_owned(),
                date: Some(date("2026-11-21")),
                status: "В работе".to_owned(),
                deleted: false,
            }),
            delivery: Some(delivery),
            state: InquiryState::Handed { until: now + SignedDuration::from_mins(4) },
            taken: Some(sent(before)),
            ..InquiryRow::new(DEAL, now)
        };
        let mut write = self.store.begin().await.expect("the database is ours");
        write.put_inquiry(&row).await.expect("a new deal");
        write.hand_inquiry(delivery, DEAL, &sent(asked), now).await.expect("a new delivery");
        write.commit().await.expect("the database is ours");
    }

    async fn rejected_inquiry(&self, link: LinkId) {
        let now = self.clock.now();
        let asked = Inquiry { title: "Задвижки".to_owned(), ..asked_for() };
        let reason = Reason::new(
            ReasonCode::RejectedByOneC,
            "1С отклонила запрос: период закрыт. Откройте период в 1С и повторите.",
        );
        let delivery = self.ids.delivery();
        let row = InquiryRow {
            title: asked.title.clone(),
            company_id: Some(31),
            snapshot: Some(asked.clone()),
            delivery: Some(delivery),
            state: InquiryState::Rejected(reason),
            ..InquiryRow::new(REJECTED, now)
        };
        let sent = SentInquiry { snapshot: asked, link, company_id: 31 };
        let mut write = self.store.begin().await.expect("the database is ours");
        write.put_inquiry(&row).await.expect("a new deal");
        write.hand_inquiry(delivery, REJECTED, &sent, now).await.expect("a new delivery");
        write.commit().await.expect("the database is ours");
    }

    async fn documents(&self) {
        let mut write = self.store.begin().await.expect("the database is ours");
        let digest = write.put_blob(PDF).await.expect("a new file");
        let row = |name: &str, kind: DocumentKind, number: &str| DocumentRow {
            onec_ref: onec_ref(name),
            kind,
            inquiry_ref: Some(onec_ref(INQUIRY)),
            told_deal: None,
            deal_id: None,
            number: number.to_owned(),
            date: Some(date("2026-11-24")),
            amount: Some(amount("120000")),
            currency: "RUB".to_owned(),
            file_name: format!("{} {number}.pdf", kind.title()),
            content: None,
            is_deleted: false,
            changed_at: None,
            seen_at: self.clock.now(),
            placed: None,
        };
        let content = Some((digest, PDF.len() as u64));
        let rows = [
            DocumentRow { content, ..row(INVOICE, DocumentKind::Invoice, "СЧ-0042") },
            row("0a0a0a0a-0000-4000-8000-000000000002", DocumentKind::Quotation, "ТКП-0007"),
            DocumentRow {
                content,
                inquiry_ref: Some(onec_ref("0b0b0b0b-0000-4000-8000-00000000ffff")),
                ..row("0a0a0a0a-0000-4000-8000-000000000003", DocumentKind::Contract, "Д-3")
            },
            DocumentRow {
                is_deleted: true,
                ..row("0a0a0a0a-0000-4000-8000-000000000004", DocumentKind::Invoice, "СЧ-0041")
            },
        ];
        for row in &rows {
            write.put_document(row).await.expect("a new document");
        }
        let placed = Placed {
            deal: DEAL,
            kind: DocumentKind::Invoice,
            file_id: 15,
            digest: digest.to_string(),
            file_name: "Счёт СЧ-0042.pdf".to_owned(),
        };
        write.place_document(onec_ref(INVOICE), Some(&placed)).await.expect("a known document");
        write.commit().await.expect("the database is ours");
    }

    async fn payments(&self) {
        let row = |number: u32, sum: &str| PaymentRow {
            onec_ref: onec_ref(&format!("0d0d0d0d-0000-4000-8000-{number:012}")),
            inquiry_ref: Some(onec_ref(INQUIRY)),
            told_deal: None,
            deal_id: None,
            number: format!("ПП-{number}"),
            date: Some(date("2026-11-25")),
            amount: amount(sum),
            currency: "RUB".to_owned(),
            is_cancelled: false,
            is_left_out: false,
            changed_at: None,
            seen_at: self.clock.now(),
        };
        let rows = [
            row(1, "50000"),
            PaymentRow { is_cancelled: true, ..row(2, "20000") },
            PaymentRow { currency: "EUR".to_owned(), ..row(3, "300") },
            row(4, "-10000"),
            PaymentRow { is_left_out: true, ..row(5, "1000") },
            PaymentRow {
                inquiry_ref: Some(onec_ref("0b0b0b0b-0000-4000-8000-00000000ffff")),
                ..row(6, "777")
            },
        ];
        let mut write = self.store.begin().await.expect("the database is ours");
        for row in &rows {
            write.put_payment(row).await.expect("a new payment");
        }
        write.commit().await.expect("the database is ours");
    }

    async fn what_happened(&self) {
        let now = self.clock.now();
        let said = NewTranscript {
            side: Side::Bitrix,
            link: None,
            deal: Some(DEAL),
            delivery: None,
            at: now - SignedDuration::from_mins(5),
            took: Some(SignedDuration::from_millis(340)),
            lines: vec![Line {
                method: "crm.item.update".to_owned(),
                asked: "{\"UF_CRM_PAROM_NUMBER\":\"ЗП-000042\"}".to_owned(),
                end: LineEnd::Done,
                answered: "принято".to_owned(),
            }],
        };
        let deed = Deed {
            id: self.ids.deed(),
            by: "olga".to_owned(),
            at: now - SignedDuration::from_mins(6),
            kind: DeedKind::SentAgain,
            link: None,
            deal: Some(DEAL),
            job: None,
            said: "отправлено снова в 1С".to_owned(),
            chosen: Vec::new(),
            undone: None,
        };
        let shown = [("number", "ЗП-000042"), ("date", "2026-11-21"), ("paid", "50000.00|RUB")];
        let shown = shown.map(|(field, value)| (field.to_owned(), value.to_owned())).into();
        let mut write = self.store.begin().await.expect("the database is ours");
        write.keep_transcripts(&[said], 100).await.expect("a transcript");
        write.record_deed(&deed).await.expect("a deed");
        write.want_face(DEAL, now + SignedDuration::from_mins(1)).await.expect("a new face");
        write.set_face(DEAL, &shown).await.expect("a known face");
        write.commit().await.expect("the database is ours");
    }
}
