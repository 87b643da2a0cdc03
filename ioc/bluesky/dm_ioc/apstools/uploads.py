"""Uploads, as apstools has them."""

from __future__ import annotations

import json
from typing import Any

import bluesky.plan_stubs as bps
from p4p.client.thread import Context

from ..devices import Dm
from ..devices.errors import DmJobFailed
from ..devices.progress import Progress
from ..devices.remote_call import awaited_call
from ..devices.work import Work
from ..dm_plan import dm_plan
from .call import call
from .daqs import require_selected
from .errand import Errand, Plan


@dm_plan
def dm_upload(
    dm: Dm, experimentName: str, dataDirectory: str, **daqInfo: Any
) -> Plan[dict[str, Any]]:
    """Start to store a directory, or a file of it; ``dm_daq_wait_upload_plan`` waits for its end.

    :param daqInfo: DM's options, such as ``experimentFilePath`` (only this file) and ``destDirectory``
    :returns: the upload, with DM's keys; its ``id`` is what waits
    """
    return call(
        dm,
        "upload",
        {
            "experiment": experimentName,
            "dataDirectory": str(dataDirectory),
            "options": json.dumps(daqInfo),
        },
    )


@dm_plan
def dm_daq_wait_upload_plan(
    dm: Dm, id: str, period: float = 10, timeout: float | None = None
) -> Plan[dict[str, Any]]:
    """Wait until an upload has stored all.

    :param id: of what ``dm_upload`` has returned
    :param period: in seconds, the longest until DM is asked again; changes are heard at once
    :param timeout: in seconds, ends the waiting, not the upload; None: as long as it takes
    :returns: the upload, with DM's keys
    """

    def wait(work: Work) -> dict[str, Any]:
        with Context("pva") as context:
            changes = context.monitor(f"{dm.prefix}Upload:Table", work.patience.wake)
            try:
                return _ended(dm, id, work, period)
            finally:
                changes.close()

    return Errand(f"upload {id}", wait, timeout).plan()


def _ended(dm: Dm, upload_id: str, work: Work, period: float) -> dict[str, Any]:
    while True:
        answer = awaited_call(
            f"{dm.prefix}rpc:getUpload", {"id": upload_id}, work.patience
        )
        upload: dict[str, Any] = json.loads(answer.json)
        status = upload["status"]
        if status in ("done", "failed", "skipped", "aborted"):
            break
        percent = float(upload.get("percentageComplete") or 0)
        work.status.tell(f"is {status}", Progress(status, percent, 100.0, "%"))
        work.patience.wait(f"upload {upload_id}, which is {status}", period)
    n_errors = upload.get("nProcessingErrors") or 0
    if status != "done" or n_errors:
        reason = upload.get("errorMessage") or f"{n_errors} files failed"
        raise DmJobFailed(f"upload {upload_id} is {status}: {reason}")
    return upload


@dm_plan
def wait_dm_upload(
    dm: Dm,
    experiment_name: str,
    experiment_file: str,
    timeout: float = 600,
    poll_period: float = 30,
) -> Plan[None]:
    """Wait until DM has a file of the selected experiment.

    :param experiment_file: within the experiment's data directory
    :param timeout: in seconds
    :param poll_period: of no use: the IOC tells at once
    :raises ValueError: another experiment is selected
    """
    yield from require_selected(dm, experiment_name)
    yield from bps.abs_set(dm.file, experiment_file, timeout=timeout, wait=True)
