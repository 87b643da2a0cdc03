"""Calls of the IOC in plans."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from ..devices import Dm
from ..devices.remote_call import repeated_call
from ..devices.signals import fresh
from ..devices.work import Work
from .errand import Errand, Plan


def called(dm: Dm, name: str, arguments: Mapping[str, str], work: Work) -> Any:
    """
    :param name: ``startDaq``
    :returns: what DM has answered, with DM's keys
    """
    answer = repeated_call(f"{dm.prefix}rpc:{name}", arguments, work.patience)
    return json.loads(answer.json)


def call(dm: Dm, name: str, arguments: Mapping[str, str]) -> Plan[Any]:
    """The same as a plan, for what may be done twice without harm."""
    what = f"{name} {' '.join(arguments.values())}"
    return Errand(what, lambda work: called(dm, name, arguments, work)).plan()


def current(signal: Any) -> Plan[Any]:
    """:returns: what a PV has now, also when its device is only just named, and connects yet"""
    return Errand(signal.name, lambda work: fresh(signal, work.patience)).plan()
