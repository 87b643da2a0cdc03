"""The slots of one kind."""

from __future__ import annotations

import time
from typing import Any, Generic, TypeVar

from .absence import searched
from .status import log

#: Within which an IOC that runs answers, but for a busy machine.
_CONNECTION_S = 5.0
#: One that runs and has found no PV of the slot by then has none.
_SEARCH_S = 15.0

S = TypeVar("S")


class Slots(Generic[S]):
    """By number, from 1: ``dm.workflow[1]``. A slot connects when it is named first, which waits a moment for the IOC.

    :param kind: class of the slots
    :param prefix: ``dm:WF``
    :param name: ``dm_workflow``
    :param parent: the device that has them
    """

    def __init__(self, kind: type[S], prefix: str, name: str, parent: Any) -> None:
        self._kind, self._prefix, self._name = kind, prefix, name
        self._parent = parent
        self._slots: dict[int, S] = {}

    def __getitem__(self, number: int) -> S:
        """:raises IndexError: there is no such slot"""
        if number < 1:
            raise IndexError(f"{self._name}[{number}]: slots are numbered from 1")
        if number not in self._slots:
            kind: Any = self._kind
            slot = kind(
                f"{self._prefix}{number}:",
                name=f"{self._name}_{number}",
                parent=self._parent,
            )
            self._connect(slot, number)
            self._slots[number] = slot
        return self._slots[number]

    def _connect(self, slot: Any, number: int) -> None:
        try:
            slot.wait_for_connection(timeout=_CONNECTION_S)
        except TimeoutError:
            name = slot.prefix.removesuffix(":")
            if not self._parent.is_connected.connected:
                log.warning(
                    "%s is not connected: does the IOC run? %s", name, searched("CA")
                )
            elif not _is_found(slot):
                raise IndexError(
                    f"{self._name}[{number}]: the IOC runs and has no {name}; its configuration says how many slots there are"
                ) from None


def _is_found(slot: Any) -> bool:
    """One of its PVs, which takes its time where the IOC or Python has little to run on."""
    pvs = [signal._read_pv for _, signal in slot.get_instantiated_signals()]
    end_s = time.monotonic() + _SEARCH_S
    while not any(pv.connected for pv in pvs):
        if time.monotonic() >= end_s:
            return False
        time.sleep(0.1)
    return True
