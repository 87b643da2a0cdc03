"""A job that no slot holds."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from .patience import Patience
from .remote_call import repeated_call


@dataclass(frozen=True)
class RemoteJob:
    """What DM tells of a job."""

    #: As DM says it: ``running``.
    status: str
    #: Why it has failed, as far as DM says so.
    reason: str

    @property
    def is_active(self) -> bool:
        """It has not ended."""
        return self.status in ("pending", "running", "finalizing", "aborting")


def remote_job(prefix: str, job_id: str, patience: Patience) -> RemoteJob:
    """Ask for it.

    :raises DmRefused: DM knows no such job
    """
    answer = repeated_call(f"{prefix}rpc:getJob", {"id": job_id}, patience)
    job = json.loads(answer.json)
    return RemoteJob(str(answer.status), str(job.get("errorMessage") or _fault(job)))


def stop_remote_job(prefix: str, job_id: str, patience: Patience) -> None:
    """End it, if it hasn't ended."""
    repeated_call(f"{prefix}rpc:stopWorkflow", {"id": job_id}, patience)


def _fault(job: dict[str, Any]) -> str:
    """The stage that ended it, with the last line of the stderr of its newest process."""
    stage = str(job.get("stage") or "")
    about = job.get("workflow", {}).get("stages", {}).get(stage, {})
    processes: list[dict[str, Any]] = [*about.get("childProcesses", {}).values()]
    newest = max(processes, key=lambda one: one["childProcessNumber"], default={})
    lines = [one for one in (newest.get("stdErr") or "").splitlines() if one.strip()]
    return f"{stage or job.get('status')}: {lines[-1]}" if lines else stage
