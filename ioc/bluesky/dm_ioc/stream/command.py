"""A command of a stream."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Command:
    """What the workflow is told to do. Answer each, by ``accept`` or ``refuse``: whoever sent it waits for that.

    - ``sequence``: its number, from 1, without gaps
    - ``name``: ``prepare``, ``start``, ``stop``, …, or the workflow's own
    - ``arguments``: as a dictionary; ``arguments_text``: as they were sent
    - ``source``: who sent it, ``user@host``
    """

    #: From 1, without gaps.
    sequence: int
    #: ``prepare``, ``start``, ``stop``, …, or the workflow's own.
    name: str
    #: As they were sent: a JSON object.
    arguments_text: str
    #: Who sent it: ``user@host``.
    source: str
    _answer: Callable[[int, bool, str], None] = field(repr=False, compare=False)

    @property
    def arguments(self) -> Mapping[str, Any]:
        """What was sent with it, by name.

        :raises ValueError: Python can't read it
        """
        try:
            given: Mapping[str, Any] = json.loads(self.arguments_text or "{}")
        except RecursionError:
            raise ValueError(
                f"command {self.sequence}: arguments are nested too deeply"
            ) from None
        return given

    def accept(self, message: str = "") -> None:
        """Say that it is done: whoever sent it goes on."""
        self._answer(self.sequence, True, message)

    def refuse(self, message: str) -> None:
        """Say why it is not done: whoever sent it gets this as the error."""
        self._answer(self.sequence, False, message)


def pending_commands(
    value: Any, answer: Callable[[int, bool, str], None]
) -> list[Command]:
    """What is not acknowledged yet, in order.

    :param value: of the PV ``Streamn:Command``
    """
    return [
        Command(
            int(one.sequence),
            one.command,
            one.arguments,
            one.source,
            answer,
        )
        for one in value.pending
    ]
