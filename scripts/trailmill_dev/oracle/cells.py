"""What every column of a record must hold: by docs/guide/schema.md, and by the column names and types in the Parquet."""

from typing import Any

import pyarrow
import pyarrow.types

from trailmill_dev.oracle.strict_json import Members, canonical, loads

# columns of JSON text; every other text column is a JSON string, decoded
JSON_COLUMNS = {
    "requestParameters", "responseElements", "additionalEventData", "serviceEventDetails", "edgeDeviceDetails",
    "eventContext", "insightDetails", "summary",
}  # fmt: skip
BOOLEANS_AS_TEXT = {"readOnly"}
# the derived columns, which no member of a record is
DERIVED = {"eventTimestamp", "extraFields", "nullFields", "rawRecord"}


def is_decodable(text: str) -> bool:
    """Half a surrogate pair is JSON, but no text."""
    return not any(0xD800 <= ord(letter) < 0xE000 for letter in text)


class Expected:
    """What the columns of one record must hold; what is left over and what was null gather on the way."""

    def __init__(self, record: Members, schema: pyarrow.Schema) -> None:
        self.nulls: list[str] = []
        self.repeated = False
        fields = [field for field in schema if field.name not in DERIVED]
        self.values, self.extra = self.members(record, fields, "")

    def members(self, record: Members, fields: list[pyarrow.Field], path: str) -> tuple[dict[str, Any], Members]:
        """The values of an object's columns, and the members that they do not hold as they were."""
        known = {field.name: field.type for field in fields}
        self.repeated |= record.repeated()
        extra = Members((name, value) for name, value in record if name not in known)
        values: dict[str, Any] = {}
        for name, of in known.items():
            value = record.get(name)
            if value is None and name in dict(record):
                self.nulls.append(path + name)
            if pyarrow.types.is_struct(of) and isinstance(value, Members):
                values[name], inner = self.members(value, list(of), f"{path}{name}.")
                if inner:
                    extra.append((name, inner))
                continue
            values[name] = cell(name, of, value)
            if not fits(name, of, value):
                extra.append((name, value))
        return values, extra


class Written(str):
    """A JSON text that a column holds: equal to any other text of the same value."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, str) and canonical(loads(other)) == str(self)

    __hash__ = str.__hash__


def cell(name: str, of: pyarrow.DataType, value: Any) -> Any:
    """What a column holds of a value, for queries, be it of the expected type or not."""
    if value is None:
        return None
    if pyarrow.types.is_struct(of):
        if not isinstance(value, Members):
            return None
        return {field.name: cell(field.name, field.type, value.get(field.name)) for field in of}
    if pyarrow.types.is_map(of):
        texts = {key: text(key, inner) for key, inner in value} if isinstance(value, Members) else None
        return None if texts is None else list(texts.items())
    if pyarrow.types.is_list(of):
        return [cell(name, of.value_type, element) for element in value] if is_array(value) else None
    if pyarrow.types.is_boolean(of):
        return value if isinstance(value, bool) else None
    return Written(canonical(value)) if name in JSON_COLUMNS else text(name, value)


def text(name: str, value: Any) -> str:
    """A string is itself, anything else its JSON."""
    decoded = type(value) is str and is_decodable(value)
    return value if decoded else Written(canonical(value))


def is_array(value: Any) -> bool:
    """Members are a list too, in Python alone."""
    return isinstance(value, list) and not isinstance(value, Members)


def fits(name: str, of: pyarrow.DataType, value: Any) -> bool:
    """Whether a column holds a value so that it can be given back. Structs of the record itself are not asked here."""
    if value is None or name in JSON_COLUMNS:
        return True
    if pyarrow.types.is_struct(of):
        return False
    if pyarrow.types.is_map(of):
        texts = isinstance(value, Members) and all(fits("", pyarrow.string(), inner or 0) for _, inner in value)
        return texts and not value.repeated()
    if pyarrow.types.is_list(of):
        return is_array(value) and all(element_fits(of.value_type, element) for element in value)
    if pyarrow.types.is_boolean(of) or name in BOOLEANS_AS_TEXT:
        return isinstance(value, bool)
    return type(value) is str and is_decodable(value)


def element_fits(of: pyarrow.StructType, element: Any) -> bool:
    """Whether an element of a list has nothing but texts that the struct has members for."""
    names = {field.name for field in of}
    return (
        isinstance(element, Members)
        and not element.repeated()
        and all(name in names and fits(name, pyarrow.string(), inner or 0) for name, inner in element)
    )
