"""The experiment that DM works for."""

from __future__ import annotations

from ophyd import Component, Kind

from .dm_device import DmDevice
from .errors import DmFailed
from .signals import Put, command, fresh, reading, text_reading
from .status import DmStatus
from .work import Work


class Experiment(DmDevice):
    """Selects the experiment that commands use (``dm:Experiment``).

    - ``set("demo")`` is done when DM has confirmed it; an unknown one fails, and then none is selected
    - ``read()`` has what is selected, and where its data are
    """

    wanted = Component(Put, ".VAL$", string=True, kind=Kind.omitted)
    selected = text_reading("_RBV")
    is_valid = reading(":Valid", Kind.omitted)
    experiment_type = text_reading(":Type")
    data_directory = text_reading(":DataDirectory")
    analysis_directory = text_reading(":AnalysisDirectory", Kind.omitted)
    storage_directory = text_reading(":StorageDirectory", Kind.omitted)
    users = text_reading(":Users", Kind.omitted)
    refresh = command(":Refresh")

    def set(self, name: str, *, timeout: float | None = None) -> DmStatus:
        """Select it; an empty name: none.

        :param timeout: in seconds; None: as long as DM takes
        """

        def select(work: Work) -> None:
            self.wanted.put_again(name, work.patience, work.status.tell)
            selected = fresh(self.selected, work.patience)
            if selected != name.strip():
                raise DmFailed(
                    f"another client has selected {selected!r} at the same time"
                )

        return self._begin(f"experiment {name}", select, timeout)
