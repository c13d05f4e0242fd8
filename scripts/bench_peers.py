"""The runs of scripts/bench-peers."""

import argparse
import pathlib
import statistics
import sys
import tempfile
import time

from peers import data, losses, oracle
from peers.tables import show
from peers.tools import DAILY, MONTHLY, Daily, Failed, Monthly, Run, machine, run, versions

SETS = ("daily", "large", "monthly")
MEASURES = ("cpu", "wall", "peak", "size")


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/bench-peers", description="Trailmill against its peers.")
    parser.add_argument("--set", action="append", choices=SETS, dest="sets", help="a data set; all three by default")
    parser.add_argument("--peers", help="names with commas between; all by default: " + ", ".join(DAILY | MONTHLY))
    parser.add_argument("--runs", type=int, help="runs of each; 5 by default, 3 of the large day")
    parser.add_argument("--minutes", type=float, default=45, help="when to stop, whatever has run [45]")
    parser.add_argument("--records", type=int, default=1_000_000, help="records of the large day [1000000]")
    parser.add_argument("--dir", type=pathlib.Path, help="where the data is made, or was; a temporary folder by default")
    parser.add_argument("--release", type=pathlib.Path, help="a folder of built binaries; target/release is built without")
    parser.add_argument("--losses", action="store_true", help="show what each peer loses, and measure nothing")
    parser.add_argument("--markdown", action="store_true", help="print tables for docs/internals/performance.md")
    return parser.parse_args()


class Bench:
    """Runs of Trailmill and one peer in turn."""

    def __init__(self, stage: Daily | Monthly, deadline: float, expected: oracle.Oracle | None = None):
        self.stage, self.deadline, self.expected = stage, deadline, expected
        self.counts: dict[str, str] = {}

    def once(self, peer: str | None) -> Run:
        """One run, from nothing."""
        self.stage.clean()
        command = self.stage.theirs(peer) if peer else self.stage.ours()
        cost, status, _, errors = run(command, max(1.0, self.deadline - time.monotonic()))
        # 2: some log files could not be read, and were named
        if status != 0 and not (status == 2 and losses.leaves_out(peer)):
            last = (errors.strip().splitlines() or [""])[-1]
            raise Failed(f"exit status {status} after {cost.wall:.0f} s, {cost.peak:.0f} MiB: {last[:200]}")
        name = peer or "trailmill"
        if name not in self.counts:
            self.counts[name] = f"{self.stage.records(peer):,}"
            if self.expected:
                self.counts[name] += f", {self.expected.same(self.stage.outputs(peer)):,} verbatim"
        return cost.sized(sum(path.stat().st_size for path in self.stage.outputs(peer)))

    def pairs(self, peer: str, runs: int) -> list[tuple[Run, Run]]:
        """Trailmill's and the peer's runs in turn, as many as there is time for."""
        pairs: list[tuple[Run, Run]] = []
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


def median(runs: list[Run]) -> dict[str, float]:
    return {measure: statistics.median(getattr(cost, measure) for cost in runs) for measure in MEASURES}


def row(name: str, of: dict[str, float], runs: int, records: str, ratios: dict[str, float] | None) -> list[str]:
    cells = [name, str(runs), f"{of['cpu']:.2f}", f"{of['wall']:.2f}", f"{of['peak']:.0f}", f"{of['size'] / 1e6:.2f}"]
    return [*cells, records, *([f"{ratios[measure]:.2f}" for measure in MEASURES] if ratios else ["", "", "", ""])]


HEAD = ["", "runs", "CPU s", "wall s", "peak MiB", "MB out", "records out", "CPU", "wall", "memory", "size"]


def compare(title: str, bench: Bench, peers: list[str], runs: int, markdown: bool) -> None:
    """One table."""
    ours: list[Run] = []
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


def main() -> None:
    said = options()
    deadline = time.monotonic() + said.minutes * 60
    release = (said.release or pathlib.Path("target/release")).resolve()
    wanted = said.peers.split(",") if said.peers else list(DAILY | MONTHLY)
    if unknown := set(wanted) - set(DAILY | MONTHLY):
        sys.exit(f"no such peer: {', '.join(sorted(unknown))}")
    daily, monthly = [peer for peer in DAILY if peer in wanted], [peer for peer in MONTHLY if peer in wanted]
    print(machine())
    print(versions(set(wanted)), flush=True)
    with tempfile.TemporaryDirectory() as temporary:
        folder = (said.dir or pathlib.Path(temporary)).resolve()
        work = folder / "work"
        work.mkdir(parents=True, exist_ok=True)
        if said.losses:
            for title, table in losses.found(release, work, daily, monthly):
                print(f"\n{title}\n")
                show(table, said.markdown)
            return
        sets = said.sets or SETS
        if "daily" in sets:
            stage = Daily(release, data.day(folder, release, None), work)
            expected = oracle.of_day(stage.source)
            title = f"the ordinary day: {expected.records:,} records, {expected.once.total():,} without duplicates"
            compare(title, Bench(stage, deadline, expected), daily, said.runs or 5, said.markdown)
        if "large" in sets:
            stage = Daily(release, data.day(folder, release, said.records), work)
            title = f"a day of about {said.records:,} records"
            compare(title, Bench(stage, deadline), daily, said.runs or 3, said.markdown)
        if "monthly" in sets:
            month = Monthly(release, data.month(folder, release), work)
            bench = Bench(month, deadline)
            bench.once(None)
            data.columns(month.lake, work / "columns.json")
            compare("the demo's October", bench, monthly, said.runs or 5, said.markdown)


if __name__ == "__main__":
    main()
