"""Channel Access or PVAccess."""

from __future__ import annotations

from dataclasses import dataclass

from ophyd_async.core import SignalBackend, SignalDatatypeT
from ophyd_async.epics.core import CaSignalBackend, PvaSignalBackend


@dataclass(frozen=True)
class Address:
    """A PV, or the prefix of some, and how to talk with it.

    :param protocol: ``ca`` or ``pva``
    """

    protocol: str
    pv: str

    @classmethod
    def of(cls, text: str) -> Address:
        """
        :param text: ``ca://dm:``, ``pva://dm:`` or ``dm:``, which is PVAccess
        :raises ValueError: another protocol
        """
        protocol, separator, pv = text.rpartition("://")
        if separator and protocol not in ("ca", "pva"):
            raise ValueError(f"{text}: the protocol is ca or pva")
        return cls(protocol or "pva", pv)

    def of_value(self, suffix: str) -> Address:
        """A PV that begins with it."""
        return Address(self.protocol, f"{self.pv}{suffix}")

    def of_text(self, suffix: str) -> Address:
        """A PV with a text of any length, which is a field of its own over Channel Access."""
        return self.of_value(f"{suffix}.VAL$" if self.protocol == "ca" else suffix)

    def backend(
        self, datatype: type[SignalDatatypeT]
    ) -> SignalBackend[SignalDatatypeT]:
        """For a signal of ophyd-async."""
        kind = CaSignalBackend if self.protocol == "ca" else PvaSignalBackend
        return kind(datatype, self.pv, self.pv)
