"""A command that only waits, as ophyd's signal."""

from __future__ import annotations

from ophyd import Component, Kind

from .signals import Put
from .status import DmStatus
from .waitable import Waitable


class WaitCommand(Waitable[DmStatus], Put):
    """Over Channel Access."""


def wait_command(pv: str) -> Component:
    """As a component of a device."""
    return Component(WaitCommand, pv, kind=Kind.omitted)
