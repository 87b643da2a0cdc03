"""The slots of one kind."""

from __future__ import annotations

from typing import Any, Generic, TypeVar

S = TypeVar("S")


class Slots(Generic[S]):
    """By number, from 1: ``dm.workflow[1]``. A slot connects when it is named first.

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
        """:raises IndexError: slots have the numbers 1, 2, …"""
        if number < 1:
            raise IndexError(f"{self._name}[{number}]: slots are numbered from 1")
        if number not in self._slots:
            kind: Any = self._kind
            self._slots[number] = kind(
                f"{self._prefix}{number}:",
                name=f"{self._name}_{number}",
                parent=self._parent,
            )
        return self._slots[number]
