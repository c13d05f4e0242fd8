"""JSON read so that nothing is lost: numbers stay as written, a member that occurs twice stays twice."""

import json
from typing import Any


class Number(str):
    """A number as it was written: 1.0 is not 1."""


class Members(list[tuple[str, Any]]):
    """The members of an object, in order."""

    def get(self, name: str) -> Any:
        """The value of a member; the last one's if there are several, None if there is none."""
        return dict(self).get(name)

    def repeated(self) -> bool:
        """Whether a member occurs twice."""
        return len(dict(self)) < len(self)


def loads(text: str | bytes) -> Any:
    """Parses a JSON text."""
    return json.loads(text, parse_float=Number, parse_int=Number, object_pairs_hook=Members)


def canonical(value: Any) -> str:
    """One text for all JSON that is equal: members by name, no white space."""
    match value:
        case Members():
            members = sorted((json.dumps(name), canonical(of)) for name, of in value)
            return "{" + ",".join(f"{name}:{of}" for name, of in members) + "}"
        case list():
            return "[" + ",".join(map(canonical, value)) + "]"
        case Number():
            return str(value)
        case _:
            return json.dumps(value)
