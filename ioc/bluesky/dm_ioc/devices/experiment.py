"""The experiment that DM works for."""

from __future__ import annotations

from ophyd import Component, Kind

from .experiment_actions import ExperimentActions
from .ophyd_device import OphydDevice
from .signals import Put, command, reading, text_reading
from .status import DmStatus


class Experiment(ExperimentActions[DmStatus], OphydDevice):
    __doc__ = ExperimentActions.__doc__

    wanted = Component(Put, ".VAL$", string=True, kind=Kind.omitted)
    selected = text_reading("_RBV")
    is_valid = reading(":Valid", Kind.omitted)
    experiment_type = text_reading(":Type")
    data_directory = text_reading(":DataDirectory")
    analysis_directory = text_reading(":AnalysisDirectory", Kind.omitted)
    storage_directory = text_reading(":StorageDirectory", Kind.omitted)
    users = text_reading(":Users", Kind.omitted)
    refresh = command(":Refresh")
