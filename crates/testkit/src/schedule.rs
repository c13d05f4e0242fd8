//! Schedules of concurrent attempts: every order up to a bound, a random one of a seed, or a replayed one.

use std::fmt;

use fastrand::Rng;

/// Chooses the attempt that runs next, and records its choices. Displayed as one word, a digit for each turn, that
/// [`Schedule::replay`] accepts.
#[derive(Debug)]
pub struct Schedule {
    choosing: Choosing,
    /// The attempts that had a turn in this run, in order.
    turns: Vec<usize>,
}

#[derive(Debug)]
enum Choosing {
    Search(Search),
    Random(Rng),
    Replay(Vec<usize>),
}

/// A depth-first search: for each point of the last run, the choice made and the number of choices.
#[derive(Debug)]
struct Search {
    most_preemptions: usize,
    preemptions: usize,
    path: Vec<(usize, usize)>,
}

impl Schedule {
    /// Every order with at most `most_preemptions` preemptions (points at which an attempt that could run waits for another).
    /// Orders with few preemptions find most races (Musuvathi and Qadeer, "Iterative Context Bounding", PLDI 2007).
    pub fn every(most_preemptions: usize) -> Self {
        Self::new(Choosing::Search(Search { most_preemptions, preemptions: 0, path: Vec::new() }))
    }

    /// A random order, identified by a seed.
    pub fn seeded(seed: u64) -> Self {
        Self::new(Choosing::Random(Rng::with_seed(seed)))
    }

    /// The order of a printed schedule. After its end the first attempt that can run does.
    pub fn replay(printed: &str) -> Self {
        let turns = printed.chars().filter_map(|digit| digit.to_digit(10)).map(|digit| digit as usize);
        Self::new(Choosing::Replay(turns.rev().collect()))
    }

    fn new(choosing: Choosing) -> Self {
        Schedule { choosing, turns: Vec::new() }
    }

    /// Chooses one of the attempts that wait for a turn, given in order.
    pub(crate) fn choose(&mut self, ready: &[usize]) -> usize {
        let last = self.turns.last().copied().filter(|last| ready.contains(last));
        let chosen = match &mut self.choosing {
            Choosing::Random(random) => ready[random.usize(..ready.len())],
            Choosing::Replay(turns) => turns.pop().filter(|turn| ready.contains(turn)).unwrap_or(ready[0]),
            Choosing::Search(search) => search.choose(ready, last, self.turns.len()),
        };
        self.turns.push(chosen);
        chosen
    }

    /// Moves to the next order of [`Schedule::every`]; false if there is none.
    pub fn next_order(&mut self) -> bool {
        self.turns.clear();
        match &mut self.choosing {
            Choosing::Search(search) => search.next_path(),
            Choosing::Random(_) | Choosing::Replay(_) => false,
        }
    }
}

impl Search {
    fn choose(&mut self, ready: &[usize], last: Option<usize>, depth: usize) -> usize {
        // the attempt of the last turn comes first, so that the first path has no preemptions
        let others = ready.iter().copied().filter(|attempt| Some(*attempt) != last);
        let mut choices: Vec<usize> = last.into_iter().chain(others).collect();
        if last.is_some() && self.preemptions >= self.most_preemptions {
            choices.truncate(1);
        }
        if depth == self.path.len() {
            self.path.push((0, choices.len()));
        }
        let (choice, count) = self.path[depth];
        assert_eq!(count, choices.len(), "the attempts do not do the same on the same turns");
        self.preemptions += usize::from(last.is_some() && choice > 0);
        choices[choice]
    }

    fn next_path(&mut self) -> bool {
        self.preemptions = 0;
        while let Some((choice, count)) = self.path.pop() {
            if choice + 1 < count {
                self.path.push((choice + 1, count));
                return true;
            }
        }
        false
    }
}

impl fmt::Display for Schedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.turns.iter().try_for_each(|turn| write!(f, "{turn}"))
    }
}

#[cfg(test)]
#[path = "schedule_tests.rs"]
mod tests;
