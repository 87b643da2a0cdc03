"""A slot of uploads."""

from __future__ import annotations

from typing import Any

from ophyd import Kind

from .job_slot import JobSlot
from .patience import Patience
from .progress import Progress
from .signals import (
    command,
    fresh,
    reading,
    setpoint,
    state_reading,
    text_reading,
    text_setpoint,
)
from .status import DmStatus


class UploadSlot(JobSlot):
    """Stores a directory, or one file of it, in the experiment (``dm:Upload1:``).

    - ``set("/data", file_path="parameters.json")`` uploads it; done when it is stored
    - ``trigger()`` does the same with the setpoints as they are
    - ``kickoff()`` is done when DM has taken the upload, ``complete()`` when all is stored
    - ``read()`` has its id, status and how many files were stored
    """

    data_directory = text_setpoint("DataDirectory")
    file_path = text_setpoint("FilePath")
    dest_directory = text_setpoint("DestDirectory")
    mode = setpoint("Mode", string=True)
    reprocess = setpoint("Reprocess", string=True)

    start = command("Start")
    abort = command("Abort")

    experiment = text_reading("Experiment")
    upload_id = state_reading("Id")
    status = state_reading("Status")
    n_files = reading("NFiles")
    n_completed = reading("NCompleted")
    n_errors = reading("NErrors")
    run_time = reading("RunTime")
    percent = reading("Percent", Kind.omitted)
    error_message = text_reading("ErrorMessage", Kind.omitted)

    _what = "upload"
    _id_name = "upload_id"
    _setpoint_names = (
        "data_directory",
        "file_path",
        "dest_directory",
        "mode",
        "reprocess",
    )

    def set(
        self,
        data_directory: str,
        *,
        file_path: str = "",
        dest_directory: str = "",
        timeout: float | None = None,
    ) -> DmStatus:
        """Upload a directory; done when everything is stored.

        :param file_path: only this file, within the directory
        :param dest_directory: where to, within the experiment
        :param timeout: in seconds, ends the waiting, not the upload; None: as long as it takes
        """
        inputs = {
            "data_directory": str(data_directory),
            "file_path": file_path,
            "dest_directory": dest_directory,
        }
        return self._begin(inputs, timeout).awaited()

    def _moving(self) -> tuple[Any, ...]:
        return (self.n_completed, self.n_errors)

    def _progress(self, state: str, patience: Patience) -> Progress:
        ended = fresh(self.n_completed, patience) + fresh(self.n_errors, patience)
        return Progress(state, ended, fresh(self.n_files, patience), "files")

    def _fault(self, state: str, patience: Patience) -> str:
        """DM calls an upload done when files have failed."""
        errors = int(fresh(self.n_errors, patience))
        if state == "Done" and errors == 0:
            return ""
        text = str(fresh(self.error_message, patience))
        return text or f"{state}, {errors} files failed"
