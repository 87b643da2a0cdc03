"""A slot of DAQs."""

from __future__ import annotations

from typing import Any

from ophyd import Kind

from .dm_device import DmDevice
from .progress import Progress
from .signals import (
    command,
    reading,
    setpoint,
    state_reading,
    text_reading,
    text_setpoint,
)
from .status import DmStatus
from .wait_command import wait_command
from .work import Work


class DaqSlot(DmDevice):
    """Watches a directory, and stores what is written there (``dm:DAQ1:``). A DAQ is no plan's: it goes on until ``finish``.

    - ``set("/data/detector", dest_directory="run1")`` starts one, or takes over the active one of this directory; done when it runs
    - ``trigger()`` is done when every file that is there is stored, so a scan may read the counts after it
    - ``kickoff()`` starts one by the setpoints as they are, ``complete()`` is done when every file that is there is stored
    - ``finish.set(1)`` ends it; done when the files are stored
    """

    data_directory = text_setpoint("DataDirectory")
    dest_directory = text_setpoint("DestDirectory")
    process_existing = setpoint("ProcessExisting", string=True)
    skip_pattern = text_setpoint("SkipPattern")
    use_analysis_directory = setpoint("UseAnalysisDirectory", string=True)
    workflow_name = text_setpoint("WorkflowName")
    workflow_args = text_setpoint("WorkflowArgs")

    #: What its Status says while it watches the directory.
    active = ("Pending", "Running", "Finalizing", "Aborting")

    start = command("Start")
    sync = wait_command("Sync")
    finish = command("Stop")
    abort = command("Abort")

    experiment = text_reading("Experiment")
    daq_id = state_reading("Id")
    status = state_reading("Status")
    n_files = reading("NFiles")
    n_completed = reading("NCompleted")
    n_errors = reading("NErrors")
    n_jobs_failed = reading("NJobsFailed")
    n_waiting = reading("NWaiting", Kind.omitted)
    run_time = reading("RunTime")
    error_message = text_reading("ErrorMessage", Kind.omitted)

    def set(
        self,
        data_directory: str,
        *,
        dest_directory: str = "",
        timeout: float | None = None,
    ) -> DmStatus:
        """Start it; done when it runs.

        :param dest_directory: where to, within the experiment
        :param timeout: in seconds; None: as long as DM takes
        """

        def start(work: Work) -> None:
            tell = work.status.tell
            self.data_directory.put_again(str(data_directory), work.patience, tell)
            self.dest_directory.put_again(dest_directory, work.patience, tell)
            self._start(work)

        return self._begin(f"DAQ of {data_directory}", start, timeout)

    def kickoff(self) -> DmStatus:
        """Start it by the setpoints as they are; done when it runs."""
        return self._begin("start", self._start, None)

    def complete(self, *, timeout: float | None = None) -> DmStatus:
        """Done when every file that is there is stored; the DAQ goes on.

        :param timeout: in seconds; None: as long as it takes
        """
        return self._begin("sync", self._sync, timeout)

    def trigger(self) -> DmStatus:
        """Done when every file that is there is stored."""
        return self.complete()

    def _start(self, work: Work) -> None:
        """A second start of the same directory takes over the first one's DAQ."""
        self.start.put_again(1, work.patience, work.status.tell)

    def _sync(self, work: Work) -> None:
        tell = work.status.tell
        counts = {self.n_completed: 0, self.n_files: 0}

        def count(*, value: int, obj: Any, **_more: object) -> None:
            counts[obj] = value
            of_all = (counts[self.n_completed], counts[self.n_files])
            tell("stores files", Progress("stores", *of_all, "files"))

        tokens = [(signal, signal.subscribe(count)) for signal in counts]
        try:
            self.sync.put_again(1, work.patience, tell)
        finally:
            for signal, token in tokens:
                signal.unsubscribe(token)
