"""The slots of one kind."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TypeVar

from ophyd_async.core import Device, DeviceConnector, DeviceVector, NotConnectedError
from p4p.client.asyncio import Context

from .address import Address
from .async_device import AsyncDevice

D = TypeVar("D", bound=AsyncDevice)


def slots_of(
    kind: Callable[[Address], D], at: Address, expected: int
) -> DeviceVector[D]:
    """By number, from 1. Over PVAccess, PVI says which there are, at connecting.

    :param at: ``dm:WF``
    :param expected: how many, until PVI has said it; Channel Access has nothing that does
    """

    def slot(number: int) -> D:
        return kind(at.of_value(f"{number}:"))

    known = {number: slot(number) for number in range(1, expected + 1)}
    connector = _PviSlots(at, slot) if at.protocol == "pva" else None
    return DeviceVector(known, connector=connector)


class _PviSlots(DeviceConnector):
    """Makes the slots that there are."""

    def __init__(self, at: Address, slot: Callable[[int], AsyncDevice]) -> None:
        self._pvi, self._slot = f"{at.pv}:PVI", slot

    async def connect_real(
        self, device: Device, timeout: float, force_reconnect: bool
    ) -> None:
        assert isinstance(device, DeviceVector)
        there = await self._numbers(timeout)
        for number in set(device) - there:
            del device[number]
        for number in there - set(device):
            device[number] = self._slot(number)
        device.set_name(device.name)
        await super().connect_real(device, timeout, force_reconnect)

    async def _numbers(self, timeout: float) -> set[int]:
        with Context("pva", useenv=True, nt=False) as context:
            try:
                pvi = await asyncio.wait_for(context.get(self._pvi), timeout)
            except (TimeoutError, asyncio.TimeoutError) as error:
                raise NotConnectedError(f"pva://{self._pvi}") from error
        names = [name for name in pvi["value"].keys() if name.startswith("__")]
        return {int(name.removeprefix("__")) for name in names}
