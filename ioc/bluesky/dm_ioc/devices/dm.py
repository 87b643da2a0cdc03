"""DM as one device."""

from __future__ import annotations

from typing import Any

from ophyd import Component, Device, Kind

from .daq import DaqSlot
from .dataset import Dataset
from .experiment import Experiment
from .file import File
from .jobs import Jobs
from .signals import Put, reading, state_reading
from .slots import Slots
from .stream import StreamSlot
from .upload import UploadSlot
from .workflow import WorkflowSlot


class Dm(Device):
    """All of APS Data Management behind one dm-ioc: ``dm = Dm("dm:", name="dm")``.

    Each status of its devices ends when DM has done it, and fails with the whole reason otherwise. What interrupts a plan ends what
    it has started, unless ``on_interrupt`` of the slot is ``leave``.
    """

    experiment = Component(Experiment, "Experiment")
    file = Component(File, "File:", kind=Kind.omitted)
    dataset = Component(Dataset, "Dataset:", kind=Kind.omitted)
    jobs = Component(Jobs, "Job:", kind=Kind.omitted)
    is_connected = reading("Connected", Kind.omitted)
    dm_user = state_reading("Owner", Kind.omitted)
    message = Component(Put, "Message.VAL$", string=True, kind=Kind.omitted)

    def __init__(self, prefix: str, *, name: str, **kwargs: Any) -> None:
        super().__init__(prefix, name=name, **kwargs)
        self.daq = Slots(DaqSlot, f"{prefix}DAQ", f"{name}_daq", self)
        self.upload = Slots(UploadSlot, f"{prefix}Upload", f"{name}_upload", self)
        self.workflow = Slots(WorkflowSlot, f"{prefix}WF", f"{name}_workflow", self)
        self.stream = Slots(StreamSlot, f"{prefix}Stream", f"{name}_stream", self)
