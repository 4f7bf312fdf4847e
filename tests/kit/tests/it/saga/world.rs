//! A hostile world: messages are repeated, reordered, lost and late; the other side refuses, fails, and does something
//! else instead. Whatever happens, a saga that ended has all of its effects or none; and the same world with a fence
//! that is missing a part finds that out.

use std::collections::BTreeMap;

use kit::saga::fence::{Admission, Operation, Status, admit, settled, tombstone};
use kit::saga::{Advance, Answer, Answered, Order, Phase, Request, Run, Step};
use uuid::Uuid;

use super::trip::{Trip, context, done, failed, nothing, planned, refused};

/// Seeds per run.
const SEEDS: u64 = 4_000;

/// What is wrong with the other side.
#[derive(Clone, Copy, PartialEq)]
enum Wrong {
    Nothing,
    NoTombstone,
    NoFence,
    UndoneIsForgotten,
    /// A try that comes after a newer one failed is carried out.
    FailureIsForgotten,
    /// Replies are taken without looking which request they answer.
    AnyReply,
}

struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695);
        (self.0 >> 33) % sides
    }
}

enum Post {
    Command(Request),
    Reply(Answered),
}

struct World {
    dice: Dice,
    wrong: Wrong,
    now: i64,
    run: Run<Trip>,
    post: Vec<Post>,
    operations: BTreeMap<Uuid, Operation>,
    /// How often the effect of a step is there.
    effects: BTreeMap<String, i64>,
    /// How long undos fail.
    hostile: bool,
}

impl World {
    fn new(seed: u64, wrong: Wrong) -> Self {
        let mut dice = Dice(seed);
        let flies = dice.roll(3) > 0;
        let first = Run::start(planned(u128::from(seed), flies), &context(0)).unwrap();
        let mut world = Self {
            dice,
            wrong,
            now: 0,
            run: first.run.clone(),
            post: Vec::new(),
            operations: BTreeMap::new(),
            effects: BTreeMap::new(),
            hostile: true,
        };
        world.take(Some(first));
        world
    }

    fn take(&mut self, next: Option<Advance<Trip>>) {
        let Some(Advance { run, orders }) = next else { return };
        self.run = run;
        for Order { request, .. } in orders {
            self.post.extend(request.map(Post::Command));
        }
    }

    fn step(&mut self) {
        let due = self.run.due.filter(|_| self.post.is_empty() || self.dice.roll(6) == 0);
        if let Some(due) = due {
            self.now = self.now.max(due.as_second() + 1);
            let next = self.run.woken(&context(self.now)).unwrap();
            self.take(next);
            return;
        }
        if self.post.is_empty() {
            return;
        }
        let place = usize::try_from(self.dice.roll(self.post.len() as u64)).unwrap();
        let post = self.post.swap_remove(place);
        match self.dice.roll(10) {
            0 => {}
            1 | 2 => {
                self.post.push(post.again());
                self.deliver(post);
            }
            _ => self.deliver(post),
        }
    }

    fn deliver(&mut self, post: Post) {
        match post {
            Post::Command(request) => {
                let answer = self.other_side(&request);
                self.post.push(Post::Reply(Answered { request, answer }));
            }
            Post::Reply(mut answered) => {
                if let (Wrong::AnyReply, Some(step)) = (self.wrong, &self.run.step) {
                    answered.request.step.clone_from(step);
                    answered.request.undo = self.run.phase == Phase::Compensating;
                    answered.request.attempt = self.run.attempt;
                }
                let next = self.run.answered(&answered, &context(self.now)).unwrap();
                self.take(next);
            }
        }
    }

    fn other_side(&mut self, request: &Request) -> Answer {
        let (undo, attempt) = (request.undo, request.attempt);
        let known = self.operations.get(&request.op_id()).cloned();
        let known = known.filter(|it| match self.wrong {
            Wrong::NoFence => false,
            Wrong::NoTombstone => it.status != Status::Tombstone,
            Wrong::UndoneIsForgotten => it.status != Status::Undone,
            Wrong::FailureIsForgotten => it.status != Status::Failed,
            _ => true,
        });
        match admit(undo, attempt, known.as_ref()) {
            Admission::Answer(answer) => answer,
            Admission::Bury if self.wrong == Wrong::NoFence => self.execute(request),
            Admission::Bury => {
                self.operations.insert(request.op_id(), tombstone(attempt));
                Answer::nothing()
            }
            Admission::Execute => {
                let answer = self.execute(request);
                if let Some(operation) = settled(undo, attempt, &answer) {
                    self.operations.insert(request.op_id(), operation);
                }
                answer
            }
        }
    }

    fn execute(&mut self, request: &Request) -> Answer {
        let trouble = if self.hostile { self.dice.roll(12) } else { 9 };
        let answer = match trouble {
            0 => failed(),
            1 => refused("no_such_luck", nothing()),
            2 if !request.undo => Answer::Done { events: Vec::new(), instead: true },
            _ => done("happened", nothing()),
        };
        if answer.had_effect() {
            let effect = self.effects.entry(request.step.clone()).or_default();
            *effect += if request.undo { -1 } else { 1 };
        }
        answer
    }

    /// Until it ended and nothing is on its way any more.
    fn play(mut self) -> Result<Phase, String> {
        for step in 0.. {
            if self.run.ended() && self.post.is_empty() {
                break;
            }
            if step > 5_000 {
                return Err(format!("it does not end: {:?}", self.run));
            }
            self.hostile = step < 200;
            self.step();
        }
        let wanted = |step: &Step<Trip>| match self.run.phase {
            Phase::Completed => self.run.done.iter().filter(|it| *it == step.name).count() as i64,
            _ => 0,
        };
        for step in <Trip as kit::Saga>::steps() {
            let there = self.effects.get(step.name).copied().unwrap_or(0);
            if there != wanted(&step) {
                return Err(format!("{} is there {there} times: {:?}", step.name, self.run));
            }
        }
        Ok(self.run.phase)
    }
}

impl Post {
    fn again(&self) -> Self {
        match self {
            Self::Command(it) => Self::Command(it.clone()),
            Self::Reply(it) => Self::Reply(it.clone()),
        }
    }
}

#[test]
fn a_saga_has_all_its_effects_or_none_whatever_becomes_of_its_messages() {
    let mut ends = BTreeMap::new();
    for seed in 0..SEEDS {
        match World::new(seed, Wrong::Nothing).play() {
            Ok(phase) => *ends.entry(format!("{phase:?}")).or_insert(0) += 1,
            Err(error) => panic!("seed {seed}: {error}"),
        }
    }
    assert!(ends.values().all(|count| *count > 400) && ends.len() == 2, "{ends:?}");
}

#[test]
fn a_fence_that_lacks_a_part_is_found_out() {
    let wrongs = [
        Wrong::NoTombstone,
        Wrong::NoFence,
        Wrong::UndoneIsForgotten,
        Wrong::FailureIsForgotten,
        Wrong::AnyReply,
    ];
    for (place, wrong) in wrongs.into_iter().enumerate() {
        let found = (0..SEEDS).any(|seed| World::new(seed, wrong).play().is_err());
        assert!(found, "nobody notices wrong design {place}");
    }
}
