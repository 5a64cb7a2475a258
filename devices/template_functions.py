"""What a value template may do with a value: the listed filters, tests, functions and methods of Home
Assistant's Jinja. All of them are bounded; none of them knows the template.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from devices.payload import shown

LONGEST_TEXT = 4096


class _Missing:
    """Something that is not there: false, and empty as text."""

    def __bool__(self) -> bool:
        return False

    def __str__(self) -> str:
        return ""


MISSING = _Missing()


def item(inside: Any, key: Any) -> Any:
    if isinstance(inside, dict):
        return inside.get(key, MISSING) if isinstance(key, str | int | float) else MISSING
    if isinstance(inside, list | tuple | str) and type(key) is int and -len(inside) <= key < len(inside):
        return inside[key]
    return MISSING


def a_number(value: Any) -> float:
    if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e300:
        return value
    raise ValueError(f"{shown(value)} is not a number")


def _float(value: Any, default: Any = 0.0) -> Any:
    try:
        return float(value) if isinstance(value, str | int | float) else default
    except ValueError:
        return default


def _int(value: Any, default: Any = 0, base: Any = 10) -> Any:
    try:
        if isinstance(value, str) and type(base) is int and base != 10:
            return int(value[:64], base)
        return int(float(value)) if isinstance(value, str | int | float) else default
    except (ValueError, OverflowError):
        return default


def _round(value: Any, precision: Any = 0, method: Any = "common", default: Any = None) -> Any:
    del method, default
    return round(
        a_number(_float(value, value)), precision if type(precision) is int and abs(precision) < 16 else 0
    )


def _default(value: Any, default: Any = "", boolean: Any = False) -> Any:
    return default if value is MISSING or value is None or (boolean and not value) else value


def _iif(value: Any, yes: Any = True, no: Any = False, none: Any = MISSING) -> Any:
    return none if value is None and none is not MISSING else (yes if value else no)


def _split(value: Any, by: Any = None, most: Any = -1) -> list[str]:
    return str(value)[:LONGEST_TEXT].split(str(by) if by else None, most if type(most) is int else -1)


def _replace(value: Any, old: Any, new: Any) -> str:
    if len(str(new)) > 100 or not str(old):
        raise ValueError("replace needs a short text")
    return str(value)[:LONGEST_TEXT].replace(str(old), str(new))[:LONGEST_TEXT]


def _get(value: Any, key: Any, default: Any = MISSING) -> Any:
    found = item(value, key)
    return default if found is MISSING else found


def _bool(value: Any, default: Any = False) -> Any:
    text = str(value).strip().lower()
    return text in ("true", "yes", "on", "enable", "1") or (
        default if text not in ("false", "no", "off", "disable", "0") else False
    )


def _within(inside: Any, item: Any) -> bool:
    if isinstance(inside, str):
        return str(item) in inside
    return item in inside if isinstance(inside, list | tuple | dict) else False


def _lower(value: Any) -> str:
    return str(value)[:LONGEST_TEXT].lower()


def _upper(value: Any) -> str:
    return str(value)[:LONGEST_TEXT].upper()


def _trim(value: Any) -> str:
    return str(value)[:LONGEST_TEXT].strip()


def _same(value: Any) -> Any:
    return value


COMPARISONS: Mapping[str, Callable[[Any, Any], Any]] = {
    "eq": lambda a, b: a == b,
    "ne": lambda a, b: a != b,
    "lt": lambda a, b: a < b,
    "lteq": lambda a, b: a <= b,
    "gt": lambda a, b: a > b,
    "gteq": lambda a, b: a >= b,
    "in": lambda a, b: _within(b, a),
    "notin": lambda a, b: not _within(b, a),
}
TESTS: Mapping[str, Callable[[Any], bool]] = {
    "defined": lambda value: value is not MISSING,
    "undefined": lambda value: value is MISSING,
    "none": lambda value: value is None,
    "true": lambda value: value is True,
    "false": lambda value: value is False,
    "number": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
    "string": lambda value: isinstance(value, str),
    "mapping": lambda value: isinstance(value, dict),
}
FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    "iif": _iif,
    "float": _float,
    "int": _int,
    "bool": _bool,
    "str": str,
}
METHODS: Mapping[str, Callable[..., Any]] = {
    "get": _get,
    "split": _split,
    "lower": _lower,
    "upper": _upper,
    "strip": _trim,
    "replace": _replace,
    "startswith": lambda value, start: str(value).startswith(str(start)),
    "endswith": lambda value, end: str(value).endswith(str(end)),
}
FILTERS: Mapping[str, Callable[..., Any]] = {
    "float": _float,
    "int": _int,
    "round": _round,
    "default": _default,
    "d": _default,
    "lower": _lower,
    "upper": _upper,
    "trim": _trim,
    "replace": _replace,
    "iif": _iif,
    "string": str,
    "bool": _bool,
    "is_defined": _same,
    "abs": lambda value: abs(a_number(value)),
    "length": lambda value: len(value) if isinstance(value, str | list | dict) else 0,
    "first": lambda value: item(value, 0),
    "last": lambda value: item(value, -1),
}
