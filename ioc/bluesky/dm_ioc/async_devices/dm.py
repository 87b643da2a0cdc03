"""DM as one device of ophyd-async."""

from __future__ import annotations

from collections.abc import Mapping

from ophyd_async.core import Device, DeviceVector

from .address import Address
from .daq import DaqSlot
from .dataset import Dataset
from .experiment import Experiment
from .file import File
from .jobs import Jobs
from .signals import Put, Reading
from .slots import slots_of
from .stream import StreamSlot
from .upload import UploadSlot
from .workflow import WorkflowSlot


class Dm(Device):
    """All of APS Data Management behind one dm-ioc: ``dm = Dm("dm:", name="dm")``, which talks PVAccess; ``Dm("ca://dm:")`` talks
    Channel Access.

    Each status of its devices ends when DM has done it, and fails with the whole reason otherwise. What interrupts a plan ends what
    it has started, unless ``on_interrupt`` of the slot is ``leave``.

    :param slots: how many there are of a kind, when it isn't 4: ``{"workflow": 8}``, as ``slots`` of the IOC's configuration says.
        PVAccess finds them itself
    """

    daq: DeviceVector[DaqSlot]
    upload: DeviceVector[UploadSlot]
    workflow: DeviceVector[WorkflowSlot]
    stream: DeviceVector[StreamSlot]

    def __init__(
        self, prefix: str, name: str = "", *, slots: Mapping[str, int] = {}
    ) -> None:
        at = Address.of(prefix)
        n = dict.fromkeys(("daq", "upload", "workflow", "stream"), 4) | dict(slots)
        self.experiment = Experiment(at.of_value("Experiment"))
        self.file = File(at.of_value("File:"))
        self.dataset = Dataset(at.of_value("Dataset:"))
        self.jobs = Jobs(at.of_value("Job:"))
        self.is_connected = Reading.of(bool, at.of_value("Connected"))
        self.dm_user = Reading.of(str, at.of_text("Owner"))
        self.message = Put.of(str, at.of_text("Message"))
        self.daq = slots_of(DaqSlot, at.of_value("DAQ"), n["daq"])
        self.upload = slots_of(UploadSlot, at.of_value("Upload"), n["upload"])
        self.workflow = slots_of(WorkflowSlot, at.of_value("WF"), n["workflow"])
        self.stream = slots_of(StreamSlot, at.of_value("Stream"), n["stream"])
        super().__init__(name)

    def set_name(self, name: str, *, child_name_separator: str | None = None) -> None:
        """With the names that the ophyd devices have, unless a separator is given."""
        super().set_name(name, child_name_separator=child_name_separator or "_")
