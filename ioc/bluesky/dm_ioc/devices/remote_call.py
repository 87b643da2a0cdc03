"""Calls of the IOC over PVAccess."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from p4p.client.thread import Context
from p4p.nt import NTURI


def remote_call(
    context: Context, pv: str, arguments: Mapping[str, str], timeout: float
) -> Any:
    """Call once.

    :param pv: ``dm:rpc:getJob``
    :param timeout: in seconds, also of waiting for the IOC
    :returns: fields of what it answers
    :raises TimeoutError: it was not answered, and may have been carried out
    :raises Disconnected: the same, when the connection was lost
    :raises RemoteError: the IOC or DM has refused it; the text begins with the code
    """
    call = NTURI([(name, "s") for name in arguments]).wrap(pv, kws=dict(arguments))
    return context.rpc(pv, call, timeout=timeout)
