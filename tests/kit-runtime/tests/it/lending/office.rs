//! The office: charges borrowers for loans that the desk publishes.

use axum::Router;
use axum::routing::{get, post};
use kit::prelude::*;
use kit::{Fault, policy::Refused};
use kit_runtime::http::{one, query, read, upsert};
use kit_runtime::policy::react;
use kit_runtime::service::{Builder, Service};
use kit_runtime::views::follow;

use super::contracts::ToolFact;
use super::tool::{ScrapTool, ToolId, command};

kit::newtype! {
    /// Who borrows; the id of an account.
    pub struct Borrower(String);
}

impl Newtype for Borrower {
    type Base = String;

    fn rules(value: &mut String, at: &mut Violations) {
        *value = value.trim().to_lowercase();
        at.length("", value, 1..=20);
    }
}

kit::events! {
    /// Everything that can happen to an account.
    pub enum AccountEvent of "office.account" by Borrower {
        AccountOpened = "account_opened" v 1,
        Charged = "charged" v 1,
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AccountOpened {}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Charged {
    pub amount: i64,
    pub tool: String,
}

kit::refusals! {
    /// Why an account says no.
    pub enum AccountRefusal {
        TooMuch = 422 "too_much" "nobody owes more than 100",
    }
}

use AccountRefusal as No;

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Account {
    pub borrower: Borrower,
    pub owed: i64,
}

impl Aggregate for Account {
    const NAME: &'static str = "account";
    type Id = Borrower;
    type Event = AccountEvent;
    type Refusal = AccountRefusal;

    fn id_field() -> String {
        "borrower".to_owned()
    }

    fn begin(borrower: Borrower, event: &AccountEvent) -> Folded<Self> {
        let AccountEvent::AccountOpened(_) = event else { return Err(Fault::NoBeginning) };
        Ok(Self { borrower, owed: 0 })
    }

    fn apply(&mut self, event: &AccountEvent) -> Folded {
        if let AccountEvent::Charged(ev) = event {
            self.owed = num::add(self.owed, ev.amount)?;
        }
        Ok(())
    }
}

command!(Charge { amount: i64, tool_id: Option<ToolId> } = "office.account.charge", |it, at| {
    at.range("amount", &it.amount, 1..=1000);
});

impl Upsert<Charge> for Account {
    fn upsert(current: Option<&Self>, _: &Borrower, cmd: &Charge, cx: &Context) -> Decision<Self> {
        let owed = current.map_or(0, |account| account.owed);
        ensure(num::add(owed, cmd.amount)? <= 100, No::TooMuch)?;
        let tool = match &cmd.tool_id {
            Some(tool_id) => cx.row::<ToolNameRow>(tool_id)?.map(|row| row.name),
            None => None,
        };
        let charged = Charged { amount: cmd.amount, tool: tool.unwrap_or_default() };
        Ok(if current.is_none() {
            Events::one(AccountOpened {}).and(charged)
        } else {
            Events::one(charged)
        })
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ToolNameRow {
    pub tool_id: ToolId,
    pub name: String,
}

impl Row for ToolNameRow {
    const TABLE: Table = Table {
        name: "tool_names",
        version: 1,
        columns: &[Column::key("tool_id", Kind::Uuid), Column::new("name", Kind::Text)],
    };
    type Key = ToolId;

    fn key(&self) -> ToolId {
        self.tool_id
    }
}

/// What the desk told about tools; commands look it up.
pub struct ToolNames;

impl View for ToolNames {
    type Row = ToolNameRow;
}

impl Fold<ToolFact> for ToolNames {
    fn keys(event: &Recorded<ToolFact>) -> Folded<Vec<ToolId>> {
        Ok(vec![event.stream])
    }

    fn fold(
        tool_id: &ToolId,
        row: Option<ToolNameRow>,
        event: &Recorded<ToolFact>,
    ) -> Folded<Option<ToolNameRow>> {
        Ok(match &event.data {
            ToolFact::ToolAdded(ev) => {
                Some(ToolNameRow { tool_id: *tool_id, name: ev.name.clone() })
            }
            _ => row,
        })
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BorrowerRow {
    pub borrower: String,
    pub loans: i64,
    pub charged: i64,
}

impl Row for BorrowerRow {
    const TABLE: Table = Table {
        name: "borrowers",
        version: 1,
        columns: &[
            Column::key("borrower", Kind::Text),
            Column::new("loans", Kind::Int),
            Column::new("charged", Kind::Int),
        ],
    };
    type Key = String;

    fn key(&self) -> String {
        self.borrower.clone()
    }
}

/// Loans from the desk beside charges of the office.
pub struct Borrowers;

impl View for Borrowers {
    type Row = BorrowerRow;
}

impl Fold<ToolFact> for Borrowers {
    fn keys(event: &Recorded<ToolFact>) -> Folded<Vec<String>> {
        Ok(match &event.data {
            ToolFact::ToolLent(ev) => vec![ev.borrower.clone()],
            _ => Vec::new(),
        })
    }

    fn fold(
        borrower: &String,
        row: Option<BorrowerRow>,
        _: &Recorded<ToolFact>,
    ) -> Folded<Option<BorrowerRow>> {
        let fresh = || BorrowerRow { borrower: borrower.clone(), loans: 0, charged: 0 };
        let row = row.unwrap_or_else(fresh);
        Ok(Some(BorrowerRow { loans: num::add(row.loans, 1)?, ..row }))
    }
}

impl Fold<AccountEvent> for Borrowers {
    fn keys(event: &Recorded<AccountEvent>) -> Folded<Vec<String>> {
        Ok(vec![event.stream.to_string()])
    }

    fn fold(
        borrower: &String,
        row: Option<BorrowerRow>,
        event: &Recorded<AccountEvent>,
    ) -> Folded<Option<BorrowerRow>> {
        let fresh = || BorrowerRow { borrower: borrower.clone(), loans: 0, charged: 0 };
        let row = row.unwrap_or_else(fresh);
        let AccountEvent::Charged(ev) = &event.data else { return Ok(Some(row)) };
        Ok(Some(BorrowerRow { charged: num::add(row.charged, ev.amount)?, ..row }))
    }
}

/// A loan costs one per week.
pub struct ChargeLoans;

impl Policy<ToolFact> for ChargeLoans {
    const NAME: &'static str = "charge_loans";
    const REFUSED: Refused = Refused::Park;

    fn on(event: &Recorded<ToolFact>, _: &Context) -> Folded<Vec<Message>> {
        let ToolFact::ToolLent(ev) = &event.data else { return Ok(Vec::new()) };
        let id = Borrower::try_new(ev.borrower.as_str()).map_err(Fault::Invalid)?;
        let charge = Charge { amount: ev.weeks, tool_id: Some(event.stream) };
        Ok(vec![Message::to(&id, &charge)?])
    }
}

/// A tool that is lent to the museum does not come back: the desk is told to scrap it.
pub struct GiveUp;

impl Policy<ToolFact> for GiveUp {
    const NAME: &'static str = "give_up";

    fn on(event: &Recorded<ToolFact>, _: &Context) -> Folded<Vec<Message>> {
        match &event.data {
            ToolFact::ToolLent(ev) if ev.borrower == "museum" => {
                Ok(vec![Message::to(&event.stream, &ScrapTool {})?])
            }
            _ => Ok(Vec::new()),
        }
    }
}

/// Whoever is charged exactly 13 is charged once more; so is the desk's cat for each of its tools.
pub struct Superstition;

impl Policy<AccountEvent> for Superstition {
    const NAME: &'static str = "superstition";

    fn on(event: &Recorded<AccountEvent>, _: &Context) -> Folded<Vec<Message>> {
        match &event.data {
            AccountEvent::Charged(ev) if ev.amount == 13 => {
                Ok(vec![Message::to(&event.stream, &Charge { amount: 1, tool_id: None })?])
            }
            _ => Ok(Vec::new()),
        }
    }
}

impl Policy<ToolFact> for Superstition {
    const NAME: &'static str = "superstition";

    fn on(event: &Recorded<ToolFact>, _: &Context) -> Folded<Vec<Message>> {
        match &event.data {
            ToolFact::ToolLent(ev) if ev.borrower == "cat" => Ok(vec![Message::to(
                &Borrower::trusted("cat".to_owned()),
                &Charge { amount: 13, tool_id: None },
            )?]),
            _ => Ok(Vec::new()),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FindBorrowers {}

impl Check for FindBorrowers {
    fn check(&mut self, _: &mut Violations) {}
}

impl Query for FindBorrowers {
    type Row = BorrowerRow;

    fn filter(&self, _: &Context) -> Folded<Filter> {
        Ok(Filter::all())
    }
}

pub fn service() -> Builder {
    Service::builder("office", 8002)
        .view([follow::<ToolNames, ToolFact>()])
        .with_policy(react::<ChargeLoans, ToolFact>())
        .view([follow::<Borrowers, ToolFact>(), follow::<Borrowers, AccountEvent>()])
        .policy(react::<GiveUp, ToolFact>())
        .policy(react::<Superstition, ToolFact>())
        .policy(react::<Superstition, AccountEvent>())
        .upserts::<Account, Charge>()
        .routes(routes())
}

fn routes() -> Router<Service> {
    Router::new()
        .route("/accounts/{borrower}", get(read::<Account>))
        .route("/accounts/{borrower}/charge", post(upsert::<Account, Charge>))
        .route("/borrowers", get(query::<FindBorrowers>))
        .route("/borrowers/{borrower}", get(one::<FindBorrowers>))
}
