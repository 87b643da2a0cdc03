"""What a report says."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NoReturn

#: What a workflow may say of how far it is.
STATES = (
    "Connected",
    "Preparing",
    "Ready",
    "Streaming",
    "Finishing",
    "Done",
    "Failed",
)

#: Nothing follows them.
ENDS = ("Done", "Failed", "Aborted")

TEXTS = ("stage", "message", "commandPv", "results")
COUNTS = ("nReceived", "nProcessed", "nDropped")
NUMBERS = ("progress", "receiveRate", "processRate")

#: In the order of PVAccess's numbers.
SEVERITIES = ("NONE", "MINOR", "MAJOR", "INVALID")

#: What it may say besides, as docs/streams.md has it.
FIELDS = (*TEXTS, *COUNTS, *NUMBERS, "alarm")

#: A report of nothing.
NOTHING: Mapping[str, Any] = {
    **dict.fromkeys(TEXTS, ""),
    **dict.fromkeys((*COUNTS, *NUMBERS), 0),
    "alarm": {"severity": 0, "message": ""},
}


def report_fields(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The fields as they are put: ``results`` as JSON, ``alarm`` as a structure.

    :raises TypeError: a report has no such field, or JSON can't say the results
    :raises ValueError: results that are no JSON, no severity of an alarm
    """
    unknown = sorted(set(fields) - set(FIELDS))
    if unknown:
        raise TypeError(
            f"a report has no {', '.join(unknown)}; there are {', '.join(FIELDS)}"
        )
    given = dict(fields)
    if "results" in given:
        given["results"] = _json_of(given["results"])
    if "alarm" in given:
        given["alarm"] = _alarm_of(given["alarm"])
    return given


def check_json(text: str) -> None:
    """:raises ValueError: it is no JSON"""
    try:
        json.loads(text, parse_constant=_refuse_constant)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"JSON has no {name}")


def _json_of(results: Any) -> str:
    if not isinstance(results, str):
        try:
            return json.dumps(results, default=_plain, allow_nan=False)
        except RecursionError:
            raise ValueError("results: they are nested too deeply") from None
    try:
        if results != "":
            check_json(results)
    except ValueError as error:
        raise ValueError(
            f"results: a str must be JSON ({error}); for a text alone, give {{'text': …}}"
        ) from error
    return results


def _alarm_of(given: Any) -> dict[str, Any]:
    severity, message = (given, "") if isinstance(given, str) else given
    if severity not in SEVERITIES:
        raise ValueError(
            f"alarm: severity {severity!r} is none of {', '.join(SEVERITIES)}"
        )
    return {"severity": SEVERITIES.index(severity), "message": message}


def _plain(value: Any) -> Any:
    """Numbers and arrays of numpy, as JSON has them."""
    if hasattr(value, "tolist"):
        return value.tolist()
    raise TypeError(f"results: JSON has no {type(value).__name__}")
