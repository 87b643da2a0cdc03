"""What documents hold, as JSON can say it."""

from __future__ import annotations

import math
from base64 import b64encode
from collections.abc import Collection, Iterable, Mapping
from datetime import date, time
from enum import Enum
from typing import Any

#: Deeper than any document; what is deeper holds itself.
_DEEPEST = 64


def json_safe(value: Any, depth: int = 0) -> Any:
    """A copy of numbers, texts, lists and dictionaries with text as keys.

    NaN and infinity become null, numpy's arrays lists, times ISO 8601, bytes their text (else base64), sets lists, complex numbers and
    all else what ``str`` says of it.
    """
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, Enum):
        return json_safe(value.value, depth + 1)
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else None
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, bytes | bytearray | memoryview):
        return _text_of_bytes(bytes(value))
    if depth >= _DEEPEST:
        return _said(value)
    if isinstance(value, Mapping):
        return _dictionary(value, depth)
    if callable(getattr(value, "tolist", None)):
        return _numpy(value, depth)
    if isinstance(value, set | frozenset):
        return [json_safe(one, depth + 1) for one in _sorted(value)]
    if isinstance(value, Collection):
        return [json_safe(one, depth + 1) for one in value]
    return _said(value)


def _dictionary(value: Mapping[Any, Any], depth: int) -> dict[str, Any]:
    """Keys that are the same text, such as 1 and "1", stay apart."""
    safe: dict[str, Any] = {}
    # The texts first, so that they keep their names.
    for key, one in sorted(
        value.items(), key=lambda item: not isinstance(item[0], str)
    ):
        name = _text(key) if isinstance(key, str) else _said(key)
        while name in safe:
            name = f"{name} ({type(key).__name__})"
        safe[name] = json_safe(one, depth + 1)
    return safe


def _numpy(value: Any, depth: int) -> Any:
    """Of an array or a scalar; nanoseconds, which datetime hasn't, stay a time."""
    if getattr(getattr(value, "dtype", None), "kind", "") in ("M", "m"):
        value = value.astype(str)
    plain = value.tolist()
    return _said(value) if plain is value else json_safe(plain, depth + 1)


def _sorted(value: Iterable[Any]) -> list[Any]:
    """The same each time, as far as its members can be compared."""
    try:
        return sorted(value)
    except TypeError:
        return sorted(value, key=_said)


def _text_of_bytes(value: bytes) -> str:
    try:
        return _text(value.decode())
    except UnicodeDecodeError:
        return b64encode(value).decode()


def _said(value: Any) -> str:
    try:
        return _text(str(value))
    except Exception:
        return f"<{type(value).__name__}>"


def _text(value: str) -> str:
    """Without what DM can't hold: NUL, and half of a surrogate pair."""
    return value.encode(errors="backslashreplace").decode().replace("\0", "\\x00")
