"""What a report says."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

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

#: What it may say besides, as docs/streams.md has it.
FIELDS = (*TEXTS, *COUNTS, *NUMBERS)


def report_fields(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The fields as they are put: ``results`` as JSON.

    :raises TypeError: a report has no such field, or JSON can't say the results
    :raises ValueError: results that are no number or infinite
    """
    unknown = sorted(set(fields) - set(FIELDS))
    if unknown:
        raise TypeError(
            f"a report has no {', '.join(unknown)}; there are {', '.join(FIELDS)}"
        )
    given = dict(fields)
    if "results" in given and not isinstance(given["results"], str):
        given["results"] = json.dumps(given["results"], default=_plain, allow_nan=False)
    return given


def _plain(value: Any) -> Any:
    """Numbers and arrays of numpy, as JSON has them."""
    if hasattr(value, "tolist"):
        return value.tolist()
    raise TypeError(f"results: JSON has no {type(value).__name__}")
