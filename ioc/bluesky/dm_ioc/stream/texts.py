"""Texts of others, as they can be sent and shown."""

from __future__ import annotations

from typing import Any


def sendable(value: Any) -> Any:
    """The value with nothing in its texts that UTF-8 can't say: of a file name that is none, the bytes as ``\\udcff``."""
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode()
    if isinstance(value, dict):
        return {name: sendable(one) for name, one in value.items()}
    return value


def printable(text: str, keeps: str = " ") -> str:
    """The text with control characters, and white space that is not kept, escaped: one line, which tells a terminal nothing."""
    return "".join(
        one
        if one in keeps or (one.isprintable() and not one.isspace())
        else f"\\x{ord(one):02x}"
        for one in text
    )
