"""A command that only waits."""

from __future__ import annotations

from .errors import DmInterrupted, DmTimeout
from .patience import Patience
from .puttable import Puttable
from .status import S


class Waitable(Puttable[S]):
    """Put 1: done when what it waits for is there. Who doesn't wait any more ends the waiting of the IOC, too, so that the next one
    begins at once."""

    def put_once(self, value: str | float, patience: Patience) -> None:
        is_anothers = self.fresh(patience) == 1
        try:
            super().put_once(value, patience)
        except (DmInterrupted, DmTimeout):
            if not is_anothers:
                self.put_unanswered(0)
            raise
