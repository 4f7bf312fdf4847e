//! Sagas whose moment has come: another try, or a time that is over.

use std::time::Duration;

use super::moves::{Known, made};
use crate::command::Failure;
use crate::consume::Pace;
use crate::health::Condition;
use crate::service::{Phase, Service};
use crate::store::{Outcome, SagaFilter, SagaStatus, Unit};
use uuid::Uuid;

/// Most sagas in one look.
const BATCH: u32 = 100;

/// Wake sagas until the process stops, and say which of them stand.
pub(crate) async fn wake(service: Service, pace: Pace) {
    let stop = service.stop().clone();
    let mut pause = pace.min;
    while stop.phase() < Phase::Stopped {
        let moved = match due(&service).await {
            Ok(moved) => moved,
            Err(error) => {
                tracing::warn!(exception.message = %error, "sagas are not woken");
                false
            }
        };
        pause = if moved { pace.min } else { pace.longer(pause) };
        tokio::select! {
            () = tokio::time::sleep(pause.max(Duration::from_millis(1))) => {}
            () = stop.reached(Phase::Stopped) => {}
        }
    }
}

/// Wake everything that is due now, and look at what is parked. Tells whether there was anything.
async fn due(service: &Service) -> Result<bool, Failure> {
    let sagas = service.store().due_sagas(BATCH).await?;
    let mut moved = false;
    for (saga, id) in sagas {
        let _running = service.stop().enter();
        moved |= one(service, saga, id).await?;
    }
    let parked = SagaFilter { status: Some(SagaStatus::Parked), limit: 1, ..SagaFilter::default() };
    let parked = service.store().list_sagas(parked).await?.into_iter().next();
    let condition = parked.map_or(Condition::Ok, |row| {
        let reason = row.reason.unwrap_or_default();
        Condition::Degraded { detail: format!("{} {} is parked: {reason}", row.saga, row.id) }
    });
    service.health().set("sagas", condition);
    Ok(moved)
}

/// Wake one saga; false when somebody else moved it meanwhile.
async fn one(service: &Service, name: String, id: Uuid) -> Result<bool, Failure> {
    let Some(saga) = service.sagas().get(name.as_str()) else { return Ok(false) };
    let row = service.store().sagas(name, vec![id]).await?.into_iter().next().flatten();
    let Some(row) = row else { return Ok(false) };
    let known = Known::of(row)?;
    let cause = Uuid::new_v5(&id, &known.version.to_be_bytes());
    let make = |cx: &_| saga.woken(&known.run, cx);
    let to = match made(service, &known.origin.actor, cause, make).await? {
        Ok(to) => to,
        Err(fault) => Some(saga.parked(&known.run, &fault.to_string())?),
    };
    let Some(to) = to else { return Ok(false) };
    let mut unit = Unit::default();
    known.put(service, &**saga, to, cause, &mut unit);
    Ok(matches!(service.store().commit(unit).await?, Outcome::Committed(_)))
}
