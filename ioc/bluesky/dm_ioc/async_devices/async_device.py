"""What the devices are as ophyd-async's."""

from __future__ import annotations

from ophyd_async.core import StandardReadable

from ..devices.status import DmStatus
from .address import Address
from .status import DmAsyncStatus


class AsyncDevice(StandardReadable):
    """
    :param at: the prefix of its PVs
    """

    def __init__(self, at: Address, name: str = "") -> None:
        self.prefix = at.pv
        super().__init__(name)

    def _answer(self, status: DmStatus) -> DmAsyncStatus:
        return DmAsyncStatus(status)
