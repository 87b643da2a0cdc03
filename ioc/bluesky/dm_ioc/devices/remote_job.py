"""A job, or an upload, that no slot holds."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from .patience import Patience
from .remote_call import awaited_call


@dataclass(frozen=True)
class RemoteJob:
    """What DM tells of it."""

    #: As DM says it: ``running``.
    status: str
    #: Why it has not ended well, as far as DM says so; empty: it has, or goes on.
    fault: str

    @property
    def is_active(self) -> bool:
        """It has not ended."""
        return self.status in ("pending", "running", "finalizing", "aborting")


@dataclass(frozen=True)
class JobCalls:
    """The calls of the IOC for one kind. While DM is away, they wait.

    :param get_name: ``getJob``
    :param stop_name: ``stopWorkflow``
    """

    get_name: str
    stop_name: str

    def get(self, prefix: str, job_id: str, patience: Patience) -> RemoteJob:
        """Ask for it.

        :param prefix: of the IOC
        :raises DmRefused: DM knows no such one
        """
        pv = f"{prefix}rpc:{self.get_name}"
        answer = awaited_call(pv, {"id": job_id}, patience)
        found = RemoteJob(str(answer.status), "")
        if found.is_active:
            return found
        job = json.loads(answer.json)
        n_errors = job.get("nProcessingErrors") or 0
        if found.status == "done" and not n_errors:
            return found
        fault = job.get("errorMessage") or _fault(job)
        return RemoteJob(
            found.status, fault or f"{found.status}, {n_errors} files failed"
        )

    def stop(self, prefix: str, job_id: str, patience: Patience) -> None:
        """End it, if it hasn't ended."""
        awaited_call(f"{prefix}rpc:{self.stop_name}", {"id": job_id}, patience)


def _fault(job: dict[str, Any]) -> str:
    """The stage that ended it, with the last line of the stderr of its newest process."""
    stages = job.get("workflow", {}).get("stages")
    if stages is None:
        return ""
    stage = str(job.get("stage") or "")
    processes: list[dict[str, Any]] = [
        *stages.get(stage, {}).get("childProcesses", {}).values()
    ]
    newest: dict[str, Any] = max(
        processes, key=lambda one: one["childProcessNumber"], default={}
    )
    lines = [one for one in (newest.get("stdErr") or "").splitlines() if one.strip()]
    return f"{stage or job['status']}: {lines[-1]}" if lines else stage or job["status"]
