"""A command that only waits."""

from __future__ import annotations

from ophyd import Component, Kind

from .errors import DmInterrupted, DmTimeout
from .patience import Patience
from .signals import Put, fresh


class WaitCommand(Put):
    """Put 1: done when what it waits for is there. Who doesn't wait any more ends the waiting of the IOC, too, so that the next one
    begins at once."""

    def put_once(self, value: str | float, patience: Patience) -> None:
        is_anothers = fresh(self, patience) == 1
        try:
            super().put_once(value, patience)
        except (DmInterrupted, DmTimeout):
            if not is_anothers:
                self._write_pv.put(0)
            raise


def wait_command(pv: str) -> Component:
    """As a component of a device."""
    return Component(WaitCommand, pv, kind=Kind.omitted)
