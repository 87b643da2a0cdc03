"""What plans use of apstools for APS Data Management, by the PVs of dm-ioc: without the ``dm`` package, and without its account.

``DM_WorkflowConnector`` is that of ``apstools.devices``; the functions of ``apstools.utils`` are plans here (``yield from``), and
take the device ``dm_ioc.Dm`` first.
"""

from .. import needs_ophyd as needs_ophyd
from .daqs import (
    dm_get_daqs,
    dm_get_experiment_datadir_active_daq,
    dm_start_daq,
    dm_stop_daq,
    dm_wait_daq,
)
from .datasets import share_bluesky_metadata_with_dm
from .job import Job
from .uploads import dm_daq_wait_upload_plan, dm_upload, wait_dm_upload
from .workflow_cache import DM_WorkflowCache
from .workflow_connector import DM_WorkflowConnector

__all__ = [
    "DM_WorkflowCache",
    "DM_WorkflowConnector",
    "Job",
    "dm_daq_wait_upload_plan",
    "dm_get_daqs",
    "dm_get_experiment_datadir_active_daq",
    "dm_start_daq",
    "dm_stop_daq",
    "dm_upload",
    "dm_wait_daq",
    "share_bluesky_metadata_with_dm",
    "wait_dm_upload",
]
