"""Puts over Channel Access."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from epics import ca, get_pv

from ..devices.absence import Absence
from ..devices.answered_put import ECA_NORMAL, answered_put
from ..devices.ca_reason import ca_reason
from ..devices.errors import DmRefused
from ..devices.patience import Patience


def ca_put(
    pv: str, value: str | float, sources: Iterable[Any], patience: Patience
) -> None:
    """Put, and wait for the answer. By pyepics: aioca, and ophyd-async over it, calls a put that has failed or was lost complete.

    :param sources: signals that may have the whole text of why it has failed
    :raises DmRefused: it was answered with a failure
    :raises DmDisconnected: it was not answered
    :raises DmInterrupted, DmTimeout: the patience has ended; the put goes on
    """
    channel = _channel(pv)
    absence = Absence(f"{pv}, which is not connected")
    while not channel.connected:
        absence.wait(patience)
    code = answered_put(channel, value, patience)
    if code != ECA_NORMAL:
        record = pv.removesuffix(".VAL$")
        reason = ca_reason(record, code, channel.context, sources, patience)
        raise DmRefused(f"{record}: {reason}")


def ca_put_unanswered(pv: str, value: float) -> None:
    """Put without waiting for the answer."""
    _channel(pv).put(value)


def _channel(pv: str) -> Any:
    """Any thread may ask."""
    if ca.current_context() is None:
        if ca.initial_context is None:
            ca.initialize_libca()
        else:
            ca.use_initial_context()
    return get_pv(pv)
