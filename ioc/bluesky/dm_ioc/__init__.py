"""APS Data Management by the PVs of dm-ioc.

``dm_ioc.Dm`` is the device for Bluesky (``pip install dm-ioc-bluesky[ophyd]``), ``dm_ioc.DatasetPublisher`` adds the metadata of
its runs to DM, and ``dm_ioc.stream`` is the workflow side of a stream, which needs p4p only.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .apstools import DM_WorkflowConnector
    from .callbacks import DatasetPublisher
    from .devices import Dm

__all__ = ["DM_WorkflowConnector", "DatasetPublisher", "Dm"]


def __getattr__(name: str) -> Any:
    if name == "Dm":
        from .devices import Dm

        return Dm
    if name == "DatasetPublisher":
        from .callbacks import DatasetPublisher

        return DatasetPublisher
    if name == "DM_WorkflowConnector":
        from .apstools import DM_WorkflowConnector

        return DM_WorkflowConnector
    if name == "plans":
        from . import needs_ophyd as needs_ophyd

        return import_module(".plans", __name__)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
