"""Calls of the IOC, over PVAccess."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from p4p.client.raw import Context, RemoteError
from p4p.nt import NTURI

from .absence import Absence
from .errors import DmDisconnected, DmRefused
from .passing import is_passing
from .patience import Patience


def remote_call(pv: str, arguments: Mapping[str, str], patience: Patience) -> Any:
    """Ask once.

    :param pv: ``dm:rpc:getJob``
    :returns: its answer, a structure
    :raises DmRefused: with the reason of the IOC, or of DM
    :raises DmDisconnected: the connection was lost before the answer
    :raises DmInterrupted, DmTimeout: the patience has ended
    """
    call = NTURI([(name, "s") for name in arguments]).wrap(pv, kws=dict(arguments))
    answers: list[Any] = []

    def take(answer: Any) -> None:
        answers.append(answer)
        patience.wake()

    with Context("pva", useenv=True) as context:
        operation = context.rpc(pv, take, call)
        absence = Absence(f"the answer of {pv}", "PVA")
        try:
            while not answers:
                absence.wait(patience, at_most_s=5.0)
        finally:
            operation.close()
    answer = answers[0]
    if isinstance(answer, RemoteError):
        raise DmRefused(str(answer))
    if isinstance(answer, Exception):
        raise DmDisconnected(f"{pv} was disconnected before it has answered")
    return answer


def awaited_call(pv: str, arguments: Mapping[str, str], patience: Patience) -> Any:
    """Ask until DM, too, has answered: for who waits for what DM does.

    :raises DmRefused, DmInterrupted, DmTimeout: as of ``remote_call``
    """
    while True:
        try:
            return repeated_call(pv, arguments, patience)
        except DmRefused as refusal:
            if not is_passing(refusal):
                raise
            patience.wait(f"DM: {refusal}", 1.0)


def repeated_call(pv: str, arguments: Mapping[str, str], patience: Patience) -> Any:
    """Ask until it is answered: for what may be done twice without harm.

    :raises DmRefused, DmInterrupted, DmTimeout: as of ``remote_call``
    """
    while True:
        try:
            return remote_call(pv, arguments, patience)
        except DmDisconnected:
            patience.wait(f"{pv}, which was disconnected", 0.2)
