"""How far something is."""

from __future__ import annotations

from typing import NamedTuple


class Progress(NamedTuple):
    """For a progress bar, which has little room."""

    label: str
    done: float
    #: When it will have ended.
    all: float
    #: Of both: ``%`` or ``files``.
    unit: str
