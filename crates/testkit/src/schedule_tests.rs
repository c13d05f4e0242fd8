use super::*;

/// Every order of attempts with the given numbers of turns.
fn orders(turns: &[usize], most_preemptions: usize) -> Vec<String> {
    let mut schedule = Schedule::every(most_preemptions);
    let mut orders = Vec::new();
    loop {
        orders.push(run(&mut schedule, turns));
        if !schedule.next_order() {
            return orders;
        }
    }
}

fn run(schedule: &mut Schedule, turns: &[usize]) -> String {
    let mut left = turns.to_vec();
    loop {
        let ready: Vec<usize> = (0..left.len()).filter(|attempt| left[*attempt] > 0).collect();
        if ready.is_empty() {
            return schedule.to_string();
        }
        left[schedule.choose(&ready)] -= 1;
    }
}

#[test]
fn without_a_bound_every_order_comes_once() {
    let mut orders = orders(&[3, 2, 2], usize::MAX);
    // 7! / (3! 2! 2!)
    assert_eq!(orders.len(), 210);
    orders.sort_unstable();
    orders.dedup();
    assert_eq!(orders.len(), 210);
}

#[test]
fn a_bound_counts_only_attempts_that_could_have_gone_on() {
    assert_eq!(orders(&[2, 2], 0), ["0011", "1100"]);
    assert_eq!(orders(&[2, 2], 1), ["0011", "0110", "1100", "1001"]);
    assert_eq!(orders(&[2, 2], 2).len(), 6);
}

#[test]
fn a_printed_schedule_replays_the_same_order() {
    for seed in 0..50 {
        let printed = run(&mut Schedule::seeded(seed), &[4, 3, 5]);
        assert_eq!(run(&mut Schedule::replay(&printed), &[4, 3, 5]), printed);
    }
    assert_eq!(run(&mut Schedule::replay("1"), &[2, 2]), "1001");
}
