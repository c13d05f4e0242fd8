"""What Trailmill finds in a case, next to what aws-cli says of it."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from trailmill_dev.digests.aws_cli import Validation

# our names of findings and verdicts, and what aws-cli calls the same
DIGESTS = {
    "digest_altered": "signature",
    "signature_altered": "signature",
    "signature_invalid": "signature",
    "signature_missing": "signature",
    "digest_malformed": "damaged",
    "digest_moved": "moved",
    "key_unknown": "unknown key",
}
LOG_FILES = {"modified": "modified", "damaged": "damaged", "appended": "appended", "missing": "missing"}
# the begin of the backfill chain, in every case
NOT_COUNTED = {"chain_starts"}


@dataclass
class Comparison:
    """Where both say the same of an object, where one says more, and where they contradict each other."""

    same: Counter[str] = field(default_factory=Counter)
    more: Counter[str] = field(default_factory=Counter)
    less: list[str] = field(default_factory=list)
    contrary: list[str] = field(default_factory=list)


def compare(report: dict[str, Any], said: Validation) -> Comparison:
    """Compares a report with what aws-cli said."""
    result = Comparison()
    digests = dict(said.digests)
    gaps = list(said.gaps)
    for finding in report["findings"]:
        name = finding["finding"]
        if name in NOT_COUNTED:
            continue
        if name == "chain_restarted":
            gap = (finding["from"], finding["to"])
            count(result, name, gap in gaps)
            gaps = [each for each in gaps if each != gap]
        elif name == "digest_missing":
            # it names the last one of several in a row
            is_said = digests.pop(finding.get("missing_key", ""), None) == "missing"
            count(result, name, is_said)
            result.more["digest_missing"] += finding["missing"] - 1
        elif name in DIGESTS:
            compare_object(result, name, DIGESTS[name], finding["digest"], digests)
        else:
            result.more[name] += 1
            # a digest with bytes after it is valid there
            if digests.get(finding.get("digest", "")) == "valid":
                digests.pop(finding["digest"])
    log_files = dict(said.log_files)
    for finding in report["log_file_findings"]:
        verdict = finding["verdict"]
        compare_object(result, verdict, LOG_FILES.get(verdict), finding["key"], log_files)
    for objects in (digests, log_files):
        result.less += [f"{key}: {what}" for key, what in objects.items() if what != "valid"]
    result.less += [f"no log files from {start} to {end}" for start, end in gaps]
    result.more = +result.more
    return result


def compare_object(result: Comparison, name: str, meant: str | None, key: str, said: dict[str, str]) -> None:
    """Compares what both say of an object, and takes it from what aws-cli said."""
    other = said.pop(key, None)
    if other is None:
        result.more[name] += 1
    elif other == meant:
        result.same[name] += 1
    else:
        result.contrary.append(f"{key}: aws-cli says {other}, Trailmill {name}")


def count(result: Comparison, name: str, is_said: bool) -> None:
    """Counts a finding."""
    (result.same if is_said else result.more)[name] += 1
