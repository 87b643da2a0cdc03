"""Channel Access puts that say how they have ended."""

from __future__ import annotations

import ctypes
import threading
from collections import defaultdict
from collections.abc import Callable
from typing import Any

from epics import ca, dbr

from .errors import DmDisconnected
from .patience import Patience

#: Of Channel Access.
ECA_NORMAL, ECA_PUTFAIL, ECA_DISCONN = 1, 160, 192

#: By PV: held until the put is answered. A server holds a second put of a channel back, and with it everything else of its client.
_turns: dict[str, threading.Lock] = defaultdict(threading.Lock)
#: What libca holds.
_waiting: set[Callable[[int], None]] = set()


def answered_put(pv: Any, value: str | float, patience: Patience) -> int:
    """Put, after what was put to it before has been answered, and wait for the answer. pyepics, and ophyd over it, calls a put that
    has failed or was lost complete.

    :param pv: of pyepics
    :returns: how it has ended: a code of Channel Access
    :raises DmDisconnected: the connection was lost before the answer
    :raises DmInterrupted, DmTimeout: the patience has ended; the put goes on
    """
    turn = _turns[pv.pvname]
    patience.check(f"{pv.pvname}")
    while not turn.acquire(timeout=0.05):
        patience.check(f"the answer of {pv.pvname} to an earlier put")
    codes: list[int] = []

    def answer(code: int) -> None:
        codes.append(code)
        _waiting.discard(answer)
        turn.release()
        patience.wake()

    _waiting.add(answer)
    code = _send(pv, value, answer)
    if code != ECA_NORMAL:
        answer(code)
    while not codes:
        patience.wait(f"the answer of {pv.pvname}")
    if codes[0] == ECA_DISCONN:
        raise DmDisconnected(f"{pv.pvname} was disconnected before its answer")
    return codes[0]


def _send(pv: Any, value: str | float, answer: Callable[[int], None]) -> int:
    data: Any
    if not isinstance(value, str):
        kind, data = dbr.DOUBLE, (ctypes.c_double * 1)(value)
    elif pv.nelm > 1:
        raw = value.encode() + b"\0"
        kind, data = dbr.CHAR, (ctypes.c_ubyte * len(raw))(*raw)
    else:
        kind, data = dbr.STRING, (dbr.Map[dbr.STRING] * 1)()
        data[0].value = value.encode()
    if ca.current_context() is None:
        ca.attach_context(pv.context)
    code: int = ca.libca.ca_array_put_callback(
        kind, len(data), pv.chid, data, _ANSWERED, ctypes.py_object(answer)
    )
    ca.flush_io()
    return code


def _answered(arguments: Any) -> None:
    arguments.usr(arguments.status)


_ANSWERED = dbr.make_callback(_answered, dbr.event_handler_args)
