"""A slot of uploads."""

from __future__ import annotations

from typing import Any

from .job_slot import JobSlot
from .patience import Patience
from .progress import Progress
from .remote_job import JobCalls
from .status import S


class UploadActions(JobSlot[S]):
    """Stores a directory, or one file of it, in the experiment (``dm:Upload1:``).

    - ``set("/data", file_path="parameters.json")`` uploads it; done when it is stored
    - ``trigger()`` does the same with the setpoints as they are
    - ``kickoff()`` is done when DM has taken the upload, ``complete()`` when all is stored
    - ``read()`` has its id, status and how many files were stored
    """

    n_files: Any
    n_completed: Any
    n_errors: Any

    _what = "upload"
    _id_name = "upload_id"
    _setpoint_names = (
        "data_directory",
        "file_path",
        "dest_directory",
        "mode",
        "reprocess",
    )
    _calls = JobCalls("getUpload", "stopUpload")

    def set(
        self,
        data_directory: str,
        *,
        file_path: str = "",
        dest_directory: str = "",
        timeout: float | None = None,
    ) -> S:
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
        return self._answer(self._begin(inputs, timeout).awaited())

    def _moving(self) -> tuple[Any, ...]:
        return (self.n_completed, self.n_errors)

    def _progress(self, state: str, patience: Patience) -> Progress:
        ended = self.n_completed.fresh(patience) + self.n_errors.fresh(patience)
        return Progress(state, ended, self.n_files.fresh(patience), "files")

    def _fault(self, state: str, patience: Patience) -> str:
        """DM calls an upload done when files have failed."""
        errors = int(self.n_errors.fresh(patience))
        if state == "Done" and errors == 0:
            return ""
        text = str(self.error_message.fresh(patience))
        return text or f"{state}, {errors} files failed"
