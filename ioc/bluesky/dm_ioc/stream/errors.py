"""What goes wrong between a workflow and its stream."""

from __future__ import annotations

import re


class StreamError(RuntimeError):
    """Any of the following."""


class StreamRefusedError(StreamError):
    """The IOC has refused what the workflow says: another run has the slot, the stream has ended, or it makes no sense now."""

    #: As docs/errors.md has it, such as ``STREAM_STALE``; empty: none was given.
    code: str

    def __init__(self, text: str) -> None:
        super().__init__(text)
        found = re.match(r"([A-Z][A-Z0-9_]*): ", text)
        self.code = found[1] if found else ""

    @property
    def is_over(self) -> bool:
        """The stream takes nothing from this run any more."""
        return self.code in ("STREAM_STALE", "STREAM_ENDED")


class StreamUnreachableError(StreamError, TimeoutError):
    """The IOC did not answer for as long as it was given."""
