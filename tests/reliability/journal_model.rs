//! Model checking of the commit protocol: every state is searched.
//!
//! `testkit::turns_tests` runs the real `Attempt` in many orders of its calls, up to a bound of preemptions. This model is small
//! enough for all orders, with processes that die between or during calls, calls of dead processes that arrive later, and lost
//! responses. Its results hold for the real code only as far as [`attempt`] matches `lake::Attempt`: change them together.

mod attempt;
mod lake;
mod protocol;

use attempt::{Broken, Wish};
use protocol::{
    INPUTS_EXIST, NAMED_IS_VISIBLE, NO_OLD_ORPHANS, ONE_BASE, OWN_CLAIM, Protocol, SETTLES,
    SUPERSEDED_IS_GONE,
};
use stateright::{Checker, HasDiscoveries, Model};

const A: u8 = 1;
const AB: u8 = 3;
const B: u8 = 2;

const SAME: [Wish; 3] = [Wish::Add(AB); 3];
const LATE: [Wish; 3] = [Wish::Add(A), Wish::Add(AB), Wish::Add(B)];
const REBUILD: [Wish; 3] = [Wish::Replace(AB), Wish::Add(AB), Wish::Replace(AB)];
const REBUILDS: [Wish; 3] = [Wish::Replace(AB); 3];

/// Searches every state, and prints their number.
fn holds(wishes: &[Wish], plans: u8, crashes: u8, lost_replies: u8) {
    let wishes = wishes.to_vec();
    let searched = format!("{wishes:?}, {plans} plans each, {crashes} crashes, {lost_replies} lost replies");
    let protocol = Protocol { wishes, broken: Broken::None, plans, crashes, lost_replies };
    let checker = protocol.checker().threads(2).spawn_bfs().join();
    println!("{searched}: {} states", checker.unique_state_count());
    checker.assert_properties();
}

#[test]
fn two_attempts_crash_lose_replies_and_come_back() {
    holds(&LATE[..2], 2, 1, 1);
    holds(&REBUILD[..2], 2, 1, 1);
}

#[test]
fn three_attempts_lose_replies() {
    for wishes in [SAME, LATE, REBUILD] {
        holds(&wishes, 1, 0, 1);
    }
}

/// 71 million states: minutes, and gigabytes.
#[test]
#[ignore = "takes minutes: scripts run it with --ignored"]
fn more_attempts_crash_more_often() {
    for wishes in [SAME, REBUILDS] {
        holds(&wishes[..2], 2, 1, 1);
    }
    holds(&LATE, 1, 1, 0);
    holds(&LATE, 1, 1, 1);
    holds(&LATE[..2], 2, 2, 1);
}

/// For each rule of the protocol: the property that breaks without it.
///
/// Two rules matter only if a process dies. An attempt that publishes without checking whether it is fenced may have staged
/// after the later attempt abandoned uploads; if it dies while publishing, and the call arrives after the last attempt at the
/// partition, an orphan remains. And if uploads are abandoned after orphans are listed, a part published in between remains
/// visible until another run deletes it.
const NEEDED: [(Broken, [Wish; 3], &str); 11] = [
    (Broken::NoReadBack, SAME, NAMED_IS_VISIBLE),
    (Broken::NoFence, SAME, OWN_CLAIM),
    (Broken::CommitBeforePublish, SAME, NAMED_IS_VISIBLE),
    (Broken::SweepNewer, SAME, NAMED_IS_VISIBLE),
    (Broken::RetireBeforeCommit, REBUILD, NAMED_IS_VISIBLE),
    (Broken::StaleClaim, SAME, ONE_BASE),
    (Broken::NamesAlike, SAME, NAMED_IS_VISIBLE),
    (Broken::TakesNothingBack, SAME, SUPERSEDED_IS_GONE),
    (Broken::PublishUnfenced, SAME, SETTLES),
    (Broken::ListsOrphansFirst, SAME, NO_OLD_ORPHANS),
    (Broken::InputsAfterCommit, SAME, INPUTS_EXIST),
];

#[test]
fn without_any_one_of_its_rules_the_protocol_breaks_a_promise() {
    for (broken, wishes, promise) in NEEDED {
        let protocol =
            Protocol { wishes: wishes[..2].to_vec(), broken, plans: 2, crashes: 1, lost_replies: 1 };
        // single-threaded, so that the counterexample is the shortest
        let enough = HasDiscoveries::AllOf([promise].into());
        let checker = protocol.checker().finish_when(enough).spawn_bfs().join();
        let Some(path) = checker.discovery(promise) else {
            panic!("{broken:?} breaks nothing in {} states: {promise}", checker.unique_state_count())
        };
        println!("{broken:?}: after {} events not {promise:?}", path.into_actions().len());
    }
}
