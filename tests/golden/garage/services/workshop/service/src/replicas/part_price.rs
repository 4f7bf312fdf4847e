// Rendered by minos from domain/workshop.toml; own code goes into extend.rs of the service.
//! Replica part price.

use contracts::stock::{self, PartNo};
use kit::prelude::*;
use workshop_domain::replicas::PartPriceRow;

/// Part price.
pub struct PartPrice;

impl View for PartPrice {
    type Row = PartPriceRow;
}

impl Fold<stock::PartEvent> for PartPrice {
    fn keys(event: &Recorded<stock::PartEvent>) -> Folded<Vec<PartNo>> {
        match &event.data {
            stock::PartEvent::PartListed(_)
            | stock::PartEvent::PartWithdrawn(_)
            | stock::PartEvent::PriceChanged(_) => Ok(vec![event.stream.clone()]),
            _ => Ok(Vec::new()),
        }
    }

    fn fold(
        part_no: &PartNo,
        mut row: Option<PartPriceRow>,
        event: &Recorded<stock::PartEvent>,
    ) -> Folded<Option<PartPriceRow>> {
        match &event.data {
            stock::PartEvent::PartListed(ev) => {
                if let Some(row) = &mut row {
                    row.name.clone_from(&ev.name);
                    row.price = ev.price;
                } else {
                    row = Some(PartPriceRow {
                        part_no: part_no.clone(),
                        name: ev.name.clone(),
                        price: ev.price,
                    });
                }
            }
            stock::PartEvent::PartWithdrawn(_) => {
                row = None;
            }
            stock::PartEvent::PriceChanged(ev) => {
                if let Some(row) = &mut row {
                    row.price = ev.price;
                }
            }
            _ => {}
        }
        Ok(row)
    }
}
