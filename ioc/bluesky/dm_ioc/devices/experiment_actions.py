"""The experiment that DM works for."""

from __future__ import annotations

from typing import Any

from .dm_device import DmDevice
from .errors import DmFailed
from .status import S
from .work import Work


class ExperimentActions(DmDevice[S]):
    """Selects the experiment that commands use (``dm:Experiment``).

    - ``set("demo")`` is done when DM has confirmed it; an unknown one fails, and then none is selected
    - ``read()`` has what is selected, and where its data are
    """

    wanted: Any
    selected: Any

    def set(self, name: str, *, timeout: float | None = None) -> S:
        """Select it; an empty name: none.

        :param timeout: in seconds; None: as long as DM takes
        """

        def select(work: Work) -> None:
            self.wanted.put_again(name, work.patience, work.status.tell)
            selected = self.selected.fresh(work.patience)
            if selected != name.strip():
                raise DmFailed(
                    f"another client has selected {selected!r} at the same time"
                )

        return self._begin(f"experiment {name}", select, timeout)
