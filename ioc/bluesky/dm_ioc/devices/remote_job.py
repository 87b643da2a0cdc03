"""A job that no slot holds."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from p4p.client.thread import Context, Disconnected, RemoteError

from .errors import DmFailed
from .patience import Patience
from .remote_call import remote_call


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

    :raises DmFailed: DM knows no such job
    """
    answer = _call(f"{prefix}rpc:getJob", job_id, patience)
    job = json.loads(answer.json)
    reason = job.get("errorMessage") or f"see stage {job.get('stage')}"
    return RemoteJob(str(answer.status), str(reason))


def stop_remote_job(prefix: str, job_id: str, patience: Patience) -> None:
    """End it, if it hasn't ended."""
    _call(f"{prefix}rpc:stopWorkflow", job_id, patience)


def _call(pv: str, job_id: str, patience: Patience) -> Any:
    """Over PVAccess, until it is answered."""
    with Context("pva") as context:
        while True:
            try:
                return remote_call(context, pv, {"id": job_id}, timeout=5.0)
            except (TimeoutError, Disconnected):
                patience.check(f"{pv}, which does not answer")
            except RemoteError as error:
                raise DmFailed(f"job {job_id}: {error}") from error
