"""APS Data Management as ophyd devices::

    from dm_ioc import Dm

    dm = Dm("dm:", name="dm")
    RE(bps.mv(dm.experiment, "demo"))
    RE(bps.mv(dm.daq[1], "/data/detector"))
    RE(bps.abs_set(dm.workflow[1], "example-01", file_path="frame_0001.dat", wait=True))

They talk Channel Access by pyepics.
"""

from .. import needs_ophyd as needs_ophyd
from .dm import Dm
from .errors import (
    DmDisconnected,
    DmFailed,
    DmInterrupted,
    DmJobFailed,
    DmRefused,
    DmTimeout,
)
from .status import DmStatus

__all__ = [
    "Dm",
    "DmDisconnected",
    "DmFailed",
    "DmInterrupted",
    "DmJobFailed",
    "DmRefused",
    "DmStatus",
    "DmTimeout",
]
