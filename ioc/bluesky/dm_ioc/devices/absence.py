"""While nobody answers."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from typing import Literal

from .errors import DmDisconnected
from .patience import Patience
from .status import log

#: After which it is told unasked.
TOLD_S = 10.0
#: For an IOC that was never there: most likely, it is looked for in the wrong place.
NEVER_S = 60.0

_PORTS = {
    "CA": ("EPICS_CA_SERVER_PORT", 5064),
    "PVA": ("EPICS_PVA_BROADCAST_PORT", 5076),
}


class Absence:
    """Somebody waits for the IOC: the log says so once, and where it is looked for.

    :param what: for people
    :param protocol: by which it is looked for
    :param was_there: the IOC was, so it will be again
    """

    def __init__(
        self, what: str, protocol: Literal["CA", "PVA"] = "CA", was_there: bool = True
    ) -> None:
        self.what = f"{what}: does the IOC run?"
        self._protocol, self._was_there = protocol, was_there
        self._begun_s = time.monotonic()
        self._is_told = False

    def wait(
        self,
        patience: Patience,
        tell: Callable[[str], None] = lambda _: None,
        at_most_s: float = 0.1,
    ) -> None:
        """A moment.

        :raises DmDisconnected: an IOC that was never there has not come
        :raises DmInterrupted, DmTimeout: the patience has ended
        """
        tell(f"waits for {self.what}")
        patience.wait(self.what, at_most_s)
        passed_s = time.monotonic() - self._begun_s
        if passed_s >= TOLD_S and not self._is_told:
            self._is_told = True
            log.warning("waits for %s %s", self.what, searched(self._protocol))
        if passed_s >= NEVER_S and not self._was_there:
            raise DmDisconnected(
                f"there was no IOC for {NEVER_S:g} s; it waited for {self.what} {searched(self._protocol)}"
            )


def searched(protocol: Literal["CA", "PVA"]) -> str:
    """Where EPICS looks for a PV, by the environment that Python has begun with."""
    addresses, (port, default) = f"EPICS_{protocol}_ADDR_LIST", _PORTS[protocol]
    where = os.environ.get(addresses) or "not set, so not on loopback"
    return f"({addresses}: {where}; {port}: {os.environ.get(port) or default})"
