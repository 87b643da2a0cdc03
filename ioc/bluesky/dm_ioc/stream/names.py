"""How a workflow finds its stream."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class StreamNames:
    """What ``Streamn:Start`` gives to the workflow as job arguments, which its processes have in their environment."""

    #: Of this run; what is said in the name of another one is refused.
    stream_id: str
    #: Where reports go: ``dm:Stream1:Report``, or an object that is served elsewhere.
    report_pv: str
    #: Where commands come from: ``dm:Stream1:Command``.
    command_pv: str
    #: Where they are acknowledged: ``dm:Stream1:Ack``.
    ack_pv: str
    #: Of the frames; empty: ``Streamn:DataPv`` is.
    data_pv: str = ""

    @classmethod
    def of(cls, environment: Mapping[str, str] | None = None) -> StreamNames:
        """By the variables ``streamId``, ``reportPv``, ``commandPv``, ``ackPv`` and ``dataPv``.

        :param environment: default: that of this process
        :raises LookupError: one is missing
        """
        if environment is None:
            environment = os.environ
        needed = ("streamId", "reportPv", "commandPv", "ackPv")
        missing = [name for name in needed if not environment.get(name)]
        if missing:
            raise LookupError(
                f"no {', '.join(missing)} in the environment: start the workflow by Streamn:Start"
            )
        stream_id, report_pv, command_pv, ack_pv = (
            environment[name] for name in needed
        )
        data_pv = environment.get("dataPv", "")
        return cls(stream_id, report_pv, command_pv, ack_pv, data_pv)
