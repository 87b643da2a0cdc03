"""The metadata of runs in DM's catalogue."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..devices import Dm
from ..devices.patience import Patience
from ..devices.signals import fresh
from ..devices.status import log
from .open_runs import OpenRuns
from .outbox import Outbox, Unpublished

#: For the IOC to come back, while no scan waits.
_AWAIT_IOC_S = 30.0
#: For an IOC that is there to answer.
_ANSWER_S = 1.0


class DatasetPublisher:
    """Adds the metadata of each run to DM when the run ends, however it ends: ``RE.subscribe(DatasetPublisher(dm))``.

    - The dataset of a run is ``run_uid_<uid>``, in the experiment that was selected when the run started. It has the documents start,
      stop and descriptor, of any length, and no data.
    - A scan never waits for DM nor fails by it. What can't be published now is tried again, and no run is published twice.
    - What was not published is in the log ``dm_ioc``, in ``unpublished``, and what ``flush`` returns.

    :param experiment: of all runs; empty: the selected one
    :param exit_timeout: in seconds, how long the end of Python may wait for what is under way; what is then left is lost, and logged
    """

    def __init__(
        self, dm: Dm, *, experiment: str = "", exit_timeout: float = 30.0
    ) -> None:
        self._dm = dm
        self._experiment = experiment
        self._runs = OpenRuns()
        self._outbox = Outbox(
            dm.prefix, lambda: self._selected(_AWAIT_IOC_S), exit_timeout
        )

    def __call__(self, name: str, document: Mapping[str, Any]) -> None:
        """As the RunEngine calls it."""
        try:
            if name == "start":
                self._runs.start(document, self._selected(or_wanted=False))
            elif name == "descriptor":
                self._runs.describe(document)
            elif name == "stop":
                self._stop(document)
        except Exception as defect:
            uid = str(document.get("run_start", document.get("uid")))
            failed = Unpublished(uid, _name(uid), None, {})
            self._outbox.refuse(failed, f"{type(defect).__name__}: {defect}")

    @property
    def unpublished(self) -> tuple[Unpublished, ...]:
        """What DM hasn't: what is under way, and what was refused; each tells why."""
        return self._outbox.unpublished

    def flush(self, timeout: float = 60.0) -> tuple[Unpublished, ...]:
        """Wait until all runs that have ended are published.

        :param timeout: in seconds
        :returns: what is not, and why; empty: DM has it all
        """
        return self._outbox.flush(timeout)

    def _stop(self, document: Mapping[str, Any]) -> None:
        run = self._runs.stop(document)
        if run is None:
            log.warning("the start of run %s was not seen", document["run_start"])
            return
        # A plan may select it after it has opened its run.
        experiment = run.experiment or self._selected()
        self._outbox.add(
            Unpublished(run.uid, _name(run.uid), experiment, run.dataset(document))
        )

    def _selected(self, wait_s: float = 0.0, *, or_wanted: bool = True) -> str | None:
        """Empty: none; None: the IOC isn't there to tell.

        :param or_wanted: one that DM has not confirmed, or not yet, counts
        """
        if self._experiment:
            return self._experiment
        device = self._dm.experiment
        if device.selected.connected:
            wait_s = max(wait_s, _ANSWER_S)
        patience = Patience(wait_s)
        try:
            selected = fresh(device.selected, patience)
            if not selected and or_wanted:
                selected = fresh(device.wanted, patience)
            return str(selected)
        except Exception:
            return None


def _name(uid: str) -> str:
    return f"run_uid_{uid}"
