"""Compares Trailmill with other ways to do the same: the daily stage with Python, jq, DuckDB, ClickHouse and Polars,
the monthly stage with pyarrow, DuckDB, ClickHouse and Polars. Each peer is a program of its own. Trailmill and a peer
run in turn; printed are medians, the ratio Trailmill / peer of each, and with --losses what a peer loses, which is
found by giving it odd records and damaged files. Needs about 2 GB below --dir (a folder in memory measures the
programs, not the disk), and jq."""

import argparse
import sys
import time

from trailmill_dev import timing
from trailmill_dev.bench import data, losses
from trailmill_dev.bench.machine import machine, versions
from trailmill_dev.bench.options import add_place, at_least_one, folder
from trailmill_dev.bench.stages import DAILY, MONTHLY, Daily, Monthly
from trailmill_dev.bench.tables import show
from trailmill_dev.expect import Failed
from trailmill_dev.oracle.day import Day, of_day
from trailmill_dev.timing import Cost, run
from trailmill_dev.workspace import WITH_CORPUS, release_programs

SETS = ("daily", "large", "monthly")
MEASURES = ("cpu", "wall", "peak", "size")


def options(arguments: list[str]) -> argparse.Namespace:
    """The options of the bench."""
    parser = argparse.ArgumentParser(prog="scripts/bench peers", description=__doc__)
    parser.add_argument("--set", action="append", choices=SETS, dest="sets", help="a data set; all three by default")
    parser.add_argument("--peers", help="names with commas between; all by default: " + ", ".join(DAILY | MONTHLY))
    parser.add_argument("--runs", type=at_least_one, help="runs of each; 5 by default, 3 of the large day")
    parser.add_argument("--minutes", type=float, default=45, help="when to stop, whatever has run [45]")
    parser.add_argument("--records", type=int, default=1_000_000, help="records of the large day [1000000]")
    parser.add_argument("--losses", action="store_true", help="show what each peer loses, and measure nothing")
    add_place(parser)
    said = parser.parse_args(arguments)
    wanted = said.peers.split(",") if said.peers else list(DAILY | MONTHLY)
    if unknown := set(wanted) - set(DAILY | MONTHLY):
        parser.error(f"no such peer: {', '.join(sorted(unknown))}")
    said.daily, said.monthly = [name for name in DAILY if name in wanted], [name for name in MONTHLY if name in wanted]
    return said


class Bench:
    """Runs of Trailmill and one peer in turn."""

    def __init__(self, stage: Daily | Monthly, deadline: float, expected: Day | None = None) -> None:
        self.stage, self.deadline, self.expected = stage, deadline, expected
        self.counts: dict[str, str] = {}

    def once(self, peer: str | None) -> Cost:
        """One run, from nothing."""
        self.stage.clean()
        command = self.stage.theirs(peer) if peer else self.stage.ours()
        done = run(command, max(1.0, self.deadline - time.monotonic()))
        cost = done.cost
        # 2: some log files could not be read, and were named
        if done.status != 0 and not (done.status == 2 and losses.leaves_out(peer)):
            raise Failed(f"exit status {done.status} after {cost.wall:.0f} s, {cost.peak:.0f} MiB: {done.last_error}")
        name = peer or "trailmill"
        if name not in self.counts:
            self.counts[name] = f"{self.stage.records(peer):,}"
            if self.expected:
                self.counts[name] += f", {self.expected.verbatim(self.stage.outputs(peer)):,} verbatim"
        return cost.sized(sum(path.stat().st_size for path in self.stage.outputs(peer)))

    def pairs(self, peer: str, runs: int) -> list[tuple[Cost, Cost]]:
        """Trailmill's and the peer's runs in turn, as many as there is time for."""
        pairs: list[tuple[Cost, Cost]] = []
        for _ in range(runs):
            last = sum(cost.wall for cost in pairs[-1]) if pairs else 0.0
            if time.monotonic() + last > self.deadline:
                break
            try:
                pairs.append((self.once(None), self.once(peer)))
            except Failed:
                if not pairs:
                    raise
                break
        return pairs


def median(runs: list[Cost]) -> dict[str, float]:
    """The medians of some runs, by measure."""
    middle = timing.median(runs)
    return {"cpu": middle.cpu, "wall": middle.wall, "peak": middle.peak, "size": middle.size}


def row(name: str, of: dict[str, float], runs: int, records: str, ratios: dict[str, float] | None) -> list[str]:
    """One line of the table."""
    cells = [name, str(runs), f"{of['cpu']:.2f}", f"{of['wall']:.2f}", f"{of['peak']:.0f}", f"{of['size'] / 1e6:.2f}"]
    return [*cells, records, *([f"{ratios[measure]:.2f}" for measure in MEASURES] if ratios else ["", "", "", ""])]


HEAD = ["", "runs", "CPU s", "wall s", "peak MiB", "MB out", "records out", "CPU", "wall", "memory", "size"]


def compare(title: str, bench: Bench, peers: list[str], runs: int, markdown: bool) -> None:
    """One table."""
    ours: list[Cost] = []
    rows, notes = [], []
    for peer in peers:
        print(f"{title}: {peer} …", file=sys.stderr, flush=True)
        try:
            pairs = bench.pairs(peer, runs)
        except Failed as failed:
            notes.append(f"{peer}: {failed}")
            continue
        if not pairs:
            notes.append(f"{peer}: no time left")
            continue
        us, them = median([pair[0] for pair in pairs]), median([pair[1] for pair in pairs])
        ours += [pair[0] for pair in pairs]
        ratios = {measure: us[measure] / them[measure] for measure in MEASURES}
        rows.append(row(peer, them, len(pairs), bench.counts[peer], ratios))
    if ours:
        rows.insert(0, row("trailmill", median(ours), len(ours), bench.counts["trailmill"], None))
    print(f"\n{title}; the last four columns are Trailmill / peer\n", flush=True)
    show([HEAD, *rows], markdown)
    for note in notes:
        print(f"- {note}" if markdown else note, flush=True)
    bench.stage.clean()


def main(arguments: list[str]) -> int:
    """Prints a table for each data set, or what each peer loses."""
    said = options(arguments)
    release = release_programs(said.release, WITH_CORPUS, "trailmill", "examples/make-day")
    deadline = time.monotonic() + said.minutes * 60
    print(machine())
    print(versions({*said.daily, *said.monthly}), flush=True)
    with folder(said.dir) as place:
        work = place / "work"
        work.mkdir(exist_ok=True)
        if said.losses:
            for title, table in losses.found(release, work, said.daily, said.monthly):
                print(f"\n{title}\n")
                show(table, said.markdown)
            return 0
        sets = said.sets or SETS
        if "daily" in sets:
            stage = Daily(release, data.day(place, release, None), work)
            expected = of_day(stage.source)
            title = f"the ordinary day: {expected.records:,} records, {expected.once.total():,} without duplicates"
            compare(title, Bench(stage, deadline, expected), said.daily, said.runs or 5, said.markdown)
        if "large" in sets:
            stage = Daily(release, data.day(place, release, said.records), work)
            title = f"a day of about {said.records:,} records"
            compare(title, Bench(stage, deadline), said.daily, said.runs or 3, said.markdown)
        if "monthly" in sets:
            month = Monthly(release, data.month(place, release), work)
            bench = Bench(month, deadline)
            bench.once(None)
            data.columns(month.lake, work / "columns.json")
            compare("the demo's October", bench, said.monthly, said.runs or 5, said.markdown)
    return 0
