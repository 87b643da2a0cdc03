"""A slot of workflows."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from .job_slot import JobSlot
from .left_run import LeftRun
from .patience import Patience
from .remote_job import JobCalls
from .run import Run
from .status import S


class WorkflowActions(JobSlot[S]):
    """Runs a workflow of DM on data, one job at a time (``dm:WF1:``).

    - ``set("example-01", file_path="run1/frame.dat", args={"gain": 2})`` starts a job; done when it has ended well
    - ``trigger()`` does the same with the setpoints as they are
    - ``kickoff()`` is done when DM has the job, ``complete()`` when it has ended well; after a restart of Bluesky ``complete()``
      finds the job that the slot holds
    - ``start.set(1)`` starts a job that goes on whatever becomes of the plan
    - ``read()`` has the job's id, status, stage, run time and output variables
    """

    workflow_name: Any
    stage_id: Any
    std_err: Any

    _what = "job"
    _id_name = "job_id"
    _setpoint_names = ("workflow", "owner", "file_path", "args")
    _calls = JobCalls("getJob", "stopWorkflow")

    def set(
        self,
        workflow: str,
        *,
        file_path: str = "",
        args: Mapping[str, Any] | None = None,
        owner: str = "",
        timeout: float | None = None,
    ) -> S:
        """Start a workflow; done when its job has ended well.

        :param file_path: its input, relative to the experiment's data directory; empty: it needs none, or ``args`` has it
        :param args: its other arguments, as JSON can say them
        :param owner: of the workflow; empty: the DM user
        :param timeout: in seconds, ends the waiting, not the job; None: as long as it takes
        """
        run = self.begin(
            workflow, file_path=file_path, args=args, owner=owner, timeout=timeout
        )
        return self._answer(run.awaited())

    def begin(
        self,
        workflow: str,
        *,
        file_path: str = "",
        args: Mapping[str, Any] | None = None,
        owner: str = "",
        timeout: float | None = None,
    ) -> Run:
        """The same as ``set``, for who wants to know the job before its end."""
        inputs = {
            "workflow": workflow,
            "owner": owner,
            "file_path": file_path,
            "args": json.dumps(dict(args or {})),
        }
        return self._begin(inputs, timeout)

    def leaving(self, begin: Callable[[], Run]) -> LeftRun[S]:
        """For plans that don't wait for its end: they trigger it.

        :param begin: sets it going
        """
        return LeftRun(self.name, begin, self._answer)

    def _tell(self, run: Run, state: str) -> None:
        stage = self.stage_id.fresh(run.patience)
        super()._tell(run, f"{state} {stage}".rstrip())

    def _moving(self) -> tuple[Any, ...]:
        return (self.percent, self.stage_id)

    def _holder(self, run: Run, held: str, state: str) -> str:
        which = self.workflow_name.fresh(run.patience)
        return f"{super()._holder(run, held, state)} (it runs {which})"

    def _fault(self, state: str, patience: Patience) -> str:
        """With the last line of stderr, which says why."""
        text = super()._fault(state, patience)
        lines = str(self.std_err.fresh(patience)).split("\n") if text else []
        last = next((line for line in reversed(lines) if line.strip()), "")
        return text if last in text else f"{text}: {last}"
