//! Sagas played through without the other side: what they send when all goes well, and when a step fails.

use serde_json::Value;

use super::now;
use crate::context::{Actor, Context};
use crate::fault::Folded;
use crate::saga::{Advance, Answer, Answered, Order, Phase, Request, Run, Saga, Start, Step, Told};

/// A saga that is about to be played.
#[derive(Debug)]
pub struct Trial<S> {
    start: Start<S>,
    steps: Vec<Step<S>>,
    replies: Vec<(&'static str, Told)>,
}

/// What a saga did.
#[derive(Debug, Clone, PartialEq)]
pub struct Played<S> {
    /// How it ended.
    pub phase: Phase,
    /// What it remembers at its end.
    pub saga: S,
    /// The commands that it sent, in order, each once.
    pub sent: Vec<&'static str>,
}

/// How the other side answers one step.
enum Ends {
    Refused(Told),
    Failed,
}

/// The saga that starts so.
///
/// # Panics
/// When there is none.
pub fn trial<S: Saga>(start: Folded<Option<Start<S>>>) -> Trial<S> {
    let start = start.expect("the event is read").expect("this event starts the saga");
    Trial { start, steps: S::steps(), replies: Vec::new() }
}

impl<S: Saga> Trial<S> {
    /// The step is answered with this event.
    ///
    /// # Panics
    /// When the fields are no object.
    #[must_use]
    pub fn reply(mut self, step: &'static str, event: &str, fields: Value) -> Self {
        self.replies.push((step, told(event, fields)));
        self
    }

    /// No step is left out, whatever its condition says.
    #[must_use]
    pub fn every_step(mut self) -> Self {
        self.steps = self.steps.into_iter().map(Step::always).collect();
        self
    }

    /// Every step is done.
    #[must_use]
    pub fn succeeds(self) -> Played<S> {
        self.play(None)
    }

    /// This step fails as often as it is tried; everything else is done.
    #[must_use]
    pub fn fails_at(self, step: &str) -> Played<S> {
        self.play(Some((step, Ends::Failed)))
    }

    /// This step is refused; everything else is done.
    ///
    /// # Panics
    /// When the fields are no object.
    #[must_use]
    pub fn refused_at(self, step: &str, refusal: &str, fields: Value) -> Played<S> {
        self.play(Some((step, Ends::Refused(told(refusal, fields)))))
    }

    fn play(self, bad: Option<(&str, Ends)>) -> Played<S> {
        let Self { start, steps, replies } = self;
        let mut cx = Context::new(now(), Actor::nobody(), &crate::time::UTC, uuid::Uuid::nil());
        let first = Run::start_with(start, steps.clone(), &cx).expect("the saga starts");
        let Advance { mut run, mut orders } = first;
        let mut sent = Vec::new();
        while !orders.is_empty() {
            let mut asked = None;
            for Order { message, request, .. } in std::mem::take(&mut orders) {
                if request.as_ref().is_none_or(|it| it.attempt == 1) {
                    sent.push(message.command);
                }
                asked = request.or(asked);
            }
            let Some(request) = asked else { break };
            let answer = answer_to(&request, &replies, bad.as_ref());
            let answered = Answered { request, answer };
            let next = run.answered_with(&answered, steps.clone(), &cx);
            Advance { run, orders } = next.expect("the answer is read").expect("it is awaited");
            if let (true, Some(due)) = (run.again, run.due) {
                cx.now = due;
                let next = run.woken_with(steps.clone(), &cx);
                Advance { run, orders } = next.expect("the saga goes on").expect("it is due");
            }
        }
        assert!(run.parked.is_none(), "the saga stands: {:?}", run.parked);
        Played { phase: run.phase, saga: run.saga, sent }
    }
}

fn answer_to(
    request: &Request,
    replies: &[(&'static str, Told)],
    bad: Option<&(&str, Ends)>,
) -> Answer {
    match bad {
        Some((step, ends)) if *step == request.step && !request.undo => match ends {
            Ends::Refused(told) => Answer::Refused(told.clone()),
            Ends::Failed => Answer::Failed { reason: "out of order".to_owned() },
        },
        _ => {
            let of = replies.iter().filter(|(step, _)| *step == request.step && !request.undo);
            Answer::Done { events: of.map(|(_, told)| told.clone()).collect(), instead: false }
        }
    }
}

fn told(name: &str, fields: Value) -> Told {
    let Value::Object(fields) = fields else { panic!("the fields of {name} are an object") };
    Told { name: name.to_owned(), fields }
}
