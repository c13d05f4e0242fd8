"""What Lambda and S3 cost: list prices of us-east-1 in dollars, without free tiers, as in November 2026.

https://aws.amazon.com/lambda/pricing/ and https://aws.amazon.com/s3/pricing/
"""

import math
from dataclasses import dataclass, field

from trailmill_dev import timing
from trailmill_dev.timing import Cost

# "At 1,769 MB, a function has the equivalent of one vCPU", and others in proportion:
# https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html
ONE_CORE = 1769

GB_SECOND = {"arm64": 0.0000133334, "x86-64": 0.0000166667}
CALL = 0.20 / 1e6
GET, PUT = 0.0004 / 1e3, 0.005 / 1e3
# what the tests' S3 counts; what is deleted or thrown away costs nothing
PRICES = {"Get": GET, "Head": GET, "HeadBucket": GET, "Put": PUT, "List": PUT, "ListUploads": PUT,
          "CreateUpload": PUT, "UploadPart": PUT, "CompleteUpload": PUT, "Delete": 0.0, "AbortUpload": 0.0}  # fmt: skip

HEAD = ["", "MB", "vCPU", "runs", "wall s", "range", "CPU s", "of its share", "peak MiB", "GB-s",
        *(f"{of} $ / 1,000" for of in (*GB_SECOND, "S3"))]  # fmt: skip


def compute(gb_seconds: float, kind: str) -> float:
    """Dollars of Lambda for a run."""
    return gb_seconds * GB_SECOND[kind] + CALL


@dataclass
class Measured:
    """The runs of one way at one setting."""

    name: str
    memory: int
    runs: list[Cost] = field(default_factory=list)
    requests: dict[str, int] = field(default_factory=dict)

    @property
    def share(self) -> float:
        """Cores, as Lambda gives them."""
        return self.memory / ONE_CORE

    @property
    def median(self) -> Cost:
        """The medians of its runs."""
        return timing.median(self.runs)

    def count(self, requests: dict[str, int]) -> None:
        """Adds the requests of a run."""
        for name, number in requests.items():
            if name in PRICES:
                self.requests[name] = self.requests.get(name, 0) + number

    @property
    def gb_seconds(self) -> float:
        """What is billed, by the millisecond."""
        return self.memory / 1024 * math.ceil(self.median.wall * 1e3) / 1e3

    @property
    def dollars(self) -> float:
        """Of Lambda on arm64, for a run."""
        return compute(self.gb_seconds, "arm64")

    @property
    def calls(self) -> float:
        """Requests to S3 of a run."""
        return sum(self.requests.values()) / len(self.runs)

    @property
    def s3(self) -> float:
        """Dollars of S3 for a run."""
        return sum(PRICES[name] * number for name, number in self.requests.items()) / len(self.runs)

    @property
    def peak(self) -> float:
        """MiB of the run that needed most."""
        return max(cost.peak for cost in self.runs)

    @property
    def fits(self) -> bool:
        """Whether every run had memory enough."""
        return self.peak <= self.memory

    def row(self) -> list[str]:
        """Its row of the table."""
        wall, cpu = self.median.wall, self.median.cpu
        walls = [cost.wall for cost in self.runs]
        return [
            self.name, f"{self.memory:,}", f"{self.share:.2f}", str(len(self.runs)), f"{wall:.2f}",
            f"{min(walls):.2f} to {max(walls):.2f}", f"{cpu:.2f}", f"{cpu / wall / self.share * 100:.0f} %",
            f"{self.peak:.0f}" + ("" if self.fits else ", does not fit"), f"{self.gb_seconds:.2f}",
            *(f"{compute(self.gb_seconds, kind) * 1e3:.4f}" for kind in GB_SECOND),
            f"{self.s3 * 1e3:.2f}" if self.requests else "",
        ]  # fmt: skip


def given(name: str, memory: int, wall: float) -> list[str]:
    """The row of figures that were not measured here."""
    used = memory / 1024 * wall
    cells = {
        "": name,
        "MB": f"{memory:,}",
        "vCPU": f"{memory / ONE_CORE:.2f}",
        "wall s": f"{wall:.0f}",
        "GB-s": f"{used:.2f}",
    }
    cells |= {head: f"{compute(used, kind) * 1e3:.4f}" for head, kind in zip(HEAD[10:12], GB_SECOND, strict=True)}
    return [cells.get(head, "") for head in HEAD]


def cheapest(of: list[Measured]) -> str:
    """Which setting is large enough, which costs least, and which costs hardly more and is faster."""
    fitting = [measured for measured in of if measured.fits]
    if not fitting:
        return "no setting has memory enough"
    least = min(fitting, key=lambda measured: measured.dollars)
    words = f"fits in {fitting[0].memory:,} MB; cheapest at {least.memory:,} MB: "
    words += f"{least.median.wall:.2f} s, {least.gb_seconds:.2f} GB-s"
    near = [measured for measured in fitting if measured.dollars < 1.1 * least.dollars]
    quick = min(near, key=lambda measured: measured.median.wall)
    if quick is not least:
        more = quick.dollars / least.dollars - 1
        words += f"; {quick.memory:,} MB cost {more * 100:.0f} % more and take {quick.median.wall:.2f} s"
    if least.requests:
        words += f"; its {least.calls:.0f} requests to S3 cost {least.s3 / least.dollars:.0f} times what Lambda costs"
    return words
