"""Files in DM."""

from __future__ import annotations

from .file_actions import FileActions
from .ophyd_device import OphydDevice
from .signals import reading, state_reading, text_setpoint
from .status import DmStatus
from .wait_command import wait_command


class File(FileActions[DmStatus], OphydDevice):
    __doc__ = FileActions.__doc__

    path = text_setpoint("Path")
    wait_for = wait_command("Wait")
    is_in_catalog = reading("InCatalog")
    is_ready = reading("Ready")
    size = reading("Size")
    md5 = state_reading("Md5")
