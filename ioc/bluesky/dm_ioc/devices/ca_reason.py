"""Why a put over Channel Access has failed."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from typing import Any

from epics import ca, get_pv

from .answered_put import ECA_PUTFAIL
from .patience import Patience


def ca_reason(
    record: str, code: int, context: Any, sources: Iterable[Any], patience: Patience
) -> str:
    """The whole text; Channel Access has 39 characters of it, in AMSG.

    :param code: of Channel Access
    :param context: of pyepics
    :param sources: signals that may have the whole text; None is left out
    """
    if code != ECA_PUTFAIL:
        return str(ca.message(code))
    short = _text_of(f"{record}.AMSG", context)
    for source in sources:
        text = "" if source is None else str(source.fresh(patience))
        if short and short in text:
            return text.removeprefix(f"{record}: ")
    return short or str(ca.message(code))


def _text_of(pv: str, context: Any) -> str:
    """Empty when nobody answers."""
    if ca.current_context() is None:
        ca.attach_context(context)
    with contextlib.suppress(ca.ChannelAccessException, ca.CASeverityException):
        # What is monitored may come after the answer of the put.
        return str(get_pv(pv).get(timeout=5.0, use_monitor=False) or "")
    return ""
