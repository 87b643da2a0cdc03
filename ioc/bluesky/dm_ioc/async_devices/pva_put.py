"""Puts over PVAccess."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable
from typing import Any

from p4p.client.raw import Context, Disconnected

from ..devices.errors import DmDisconnected, DmFailed, DmRefused
from ..devices.patience import Patience

#: For a put that nobody waits for.
_PUT_S = 5.0


def pva_put(
    pv: str, value: str | float, patience: Patience, *, block: bool = True
) -> None:
    """Put, and wait for the answer. p4p by itself puts again what was lost with the connection, which would start a second job.

    :param block: the answer comes when what the put does is done
    :raises DmRefused: it was answered with a failure
    :raises DmDisconnected: it was not answered
    :raises DmInterrupted, DmTimeout: the patience has ended; the put goes on
    """
    answers: list[Any] = []

    def take(answer: Any) -> None:
        answers.append(answer)
        patience.wake()

    request = f"field()record[block={str(block).lower()}]"
    operation: Any = None
    with _context().monitor(pv, patience.wake, request="field(alarm)") as monitor:
        try:
            while True:
                events = list(iter(monitor.pop, None))
                if operation is None and any(map(_is_update, events)):
                    operation = _context().put(pv, take, _assign(value), request)
                # An answer after that may be to a put that p4p has put again.
                elif operation and any(isinstance(one, Disconnected) for one in events):
                    raise DmDisconnected(f"{pv} was disconnected before its answer")
                if answers:
                    break
                patience.wait(f"the answer of {pv}")
        finally:
            if operation is not None:
                operation.close()
    if isinstance(answers[0], Disconnected):
        raise DmDisconnected(f"{pv} was disconnected before its answer")
    if isinstance(answers[0], Exception):
        raise DmRefused(f"{pv}: {str(answers[0]).removeprefix(f'{pv}: ')}")


def pva_put_unanswered(pv: str, value: float) -> None:
    """Put without waiting until what it does is done."""
    with contextlib.suppress(DmFailed):
        pva_put(pv, value, Patience(_PUT_S), block=False)


@functools.cache
def _context() -> Context:
    return Context("pva", useenv=True, nt=False)


def _is_update(event: object) -> bool:
    return not isinstance(event, Exception)


def _assign(value: str | float) -> Callable[[Any], None]:
    """A state is told by its name or number."""

    def assign(content: Any) -> None:
        if not str(content.getID()).startswith("epics:nt/NTEnum:"):
            content["value"] = value
        elif isinstance(value, str):
            choices = list(content["value.choices"])
            if value not in choices:
                raise ValueError(f"{value} is none of {', '.join(choices)}")
            content["value.index"] = choices.index(value)
        else:
            content["value.index"] = int(value)

    return assign
