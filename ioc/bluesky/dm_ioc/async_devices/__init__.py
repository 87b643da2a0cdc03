"""APS Data Management as ophyd-async devices, which do what those of ``dm_ioc.devices`` do::

from dm_ioc.async_devices import Dm
from ophyd_async.core import init_devices

with init_devices():
    dm = Dm("dm:")  # over PVAccess; "ca://dm:": over Channel Access
RE(bps.mv(dm.experiment, "demo"))
RE(bps.abs_set(dm.workflow[1], "example-01", file_path="frame_0001.dat", wait=True))
"""

from .. import needs_ophyd_async as needs_ophyd_async
from .dm import Dm
from .status import DmAsyncStatus

__all__ = ["Dm", "DmAsyncStatus"]
