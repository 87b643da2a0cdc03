"""Channel Access puts that say how they have ended."""

from __future__ import annotations

import ctypes
import threading
from collections import defaultdict
from collections.abc import Callable
from typing import Any

from epics import ca, dbr

from .errors import DmDisconnected, DmRefused
from .patience import Patience

#: Of Channel Access.
ECA_NORMAL, ECA_PUTFAIL, ECA_DISCONN = 1, 160, 192
#: With a NUL at the end.
_STRING_BYTES = 40

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
    :raises DmRefused: Channel Access has no such text
    """
    content, turn = _content(pv, value), _turns[pv.pvname]
    patience.check(f"{pv.pvname}")
    while not turn.acquire(timeout=0.05):
        patience.check(f"the answer of {pv.pvname} to an earlier put")
    codes: list[int] = []

    def answer(code: int) -> None:
        if codes:
            return
        codes.append(code)
        _waiting.discard(answer)
        turn.release()
        patience.wake()

    _waiting.add(answer)
    code = ECA_DISCONN
    try:
        code = _send(pv, content, answer)
    finally:
        if code != ECA_NORMAL:
            answer(code)
    while not codes:
        patience.wait(f"the answer of {pv.pvname}")
    if codes[0] == ECA_DISCONN:
        raise DmDisconnected(f"{pv.pvname} was disconnected before its answer")
    return codes[0]


def _content(pv: Any, value: str | float) -> tuple[int, Any]:
    """Its type and its elements."""
    if not isinstance(value, str):
        return dbr.DOUBLE, (ctypes.c_double * 1)(value)
    try:
        raw = value.encode()
    except UnicodeEncodeError as error:
        raise DmRefused(f"{pv.pvname}: {error}") from error
    if pv.nelm > 1:
        return dbr.CHAR, (ctypes.c_ubyte * (len(raw) + 1))(*raw)
    if len(raw) >= _STRING_BYTES:
        raise DmRefused(
            f"{pv.pvname}: {value!r} is longer than the {_STRING_BYTES - 1} bytes that Channel Access has for it"
        )
    text = (dbr.Map[dbr.STRING] * 1)()
    text[0].value = raw
    return dbr.STRING, text


def _send(pv: Any, content: tuple[int, Any], answer: Callable[[int], None]) -> int:
    kind, data = content
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
