"""Plans for what an experiment does with DM, to use or to begin with::

    from dm_ioc import Dm, plans

    dm = Dm("dm:", name="dm")
    RE(plans.setup_user(dm, "demo", data_directory="/data/detector"))
    RE(plans.file_based(dm, bp.count([detector]), workflow="example-01", file_path="frame_0001.dat"))

What fails raises bluesky's FailedStatus with the reason; what interrupts a plan ends what it has started in DM, but no DAQ. The
plans take the devices of ``dm_ioc.async_devices``, too.

Users of bluesky-queueserver put them in the queue, too; ``dm`` and ``plan`` are the names of the device and plan then.
"""

from collections.abc import Callable, Generator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import bluesky.plan_stubs as bps
from bluesky.utils import Msg

from .devices import Dm
from .dm_plan import dm_plan
from .queue_types import queue_types

if TYPE_CHECKING:
    from .async_devices import Dm as AsyncDm

    #: Of ophyd, or of ophyd-async.
    AnyDm = Dm | AsyncDm
else:
    AnyDm = Dm

Plan = Generator[Msg, Any, Any]


@queue_types(dm="Device")
@dm_plan
def setup_user(
    dm: AnyDm,
    experiment: str,
    data_directory: str = "",
    upload_file: str = "",
    *,
    slot: int = 1,
) -> Plan:
    """Select the experiment, watch the detector's directory, and store a file of parameters.

    :param data_directory: of the detector; empty: no DAQ. The active DAQ of the same directory is taken over
    :param upload_file: empty: none
    :param slot: of the DAQ and the upload
    """
    yield from bps.mv(dm.experiment, experiment)
    if data_directory:
        yield from bps.mv(dm.daq[slot], str(data_directory))
    if upload_file:
        path = Path(upload_file)
        yield from bps.abs_set(
            dm.upload[slot], str(path.parent), file_path=path.name, wait=True
        )


@queue_types(dm="Device")
@dm_plan
def run_workflow(
    dm: AnyDm,
    workflow: str,
    file_path: str,
    wait: bool = True,
    timeout: float | None = None,
    *,
    slot: int = 1,
    **args: Any,
) -> Plan:
    """Process a file.

    :param file_path: relative to the experiment's data directory
    :param wait: until the job has ended well; otherwise, only until DM has it, and it goes on whatever becomes of the plan
    :param timeout: in seconds, ends the waiting, not the job; None: as long as it takes
    :param args: of the workflow
    :returns: the id of its job
    """
    device = dm.workflow[slot]
    if wait:
        yield from bps.abs_set(
            device, workflow, file_path=file_path, args=args, timeout=timeout, wait=True
        )
    else:
        yield from bps.trigger(
            device.leaving(
                lambda: device.begin(
                    workflow, file_path=file_path, args=args, timeout=timeout
                )
            ),
            wait=True,
        )
    return device.own_id


@queue_types(dm="Device", plan="Plan", file_path="str")
@dm_plan
def file_based(
    dm: AnyDm,
    plan: Plan | Callable[[], Plan],
    *,
    workflow: str,
    file_path: str | Callable[[Any], str],
    timeout: float | None = None,
    slot: int = 1,
    daq_slot: int = 1,
    **args: Any,
) -> Plan:
    """A plan of yours, then the processing of what it has taken, when the DAQ has stored it.

    :param plan: or a function that makes it
    :param file_path: or a function of what the plan returns, when the name is known then only
    :param timeout: in seconds, of the processing; None: as long as it takes
    :param daq_slot: of the DAQ that is waited for, if it watches something
    :param args: of the workflow
    :returns: what the plan returns
    """
    result = yield from (plan() if callable(plan) else plan)
    daq = dm.daq[daq_slot]
    if (yield from bps.rd(daq.status)) in daq.active:
        yield from bps.trigger(daq, wait=True)
    path = file_path(result) if callable(file_path) else file_path
    yield from run_workflow(dm, workflow, path, timeout=timeout, slot=slot, **args)
    return result


@queue_types(dm="Device", plan="Plan")
@dm_plan
def streaming(
    dm: AnyDm,
    plan: Plan | Callable[[], Plan],
    *,
    workflow: str,
    data_pv: str,
    slot: int = 1,
    **args: Any,
) -> Plan:
    """A plan of yours, while a workflow processes the frames that it takes: begins when the workflow is ready, and ends when it has
    finished.

    :param plan: or a function that makes it
    :param data_pv: of the frames
    :param args: of the workflow
    :returns: what the plan returns
    """
    stream = dm.stream[slot]

    try:
        yield from bps.abs_set(stream, workflow, data_pv=data_pv, args=args, wait=True)
        result = yield from (plan() if callable(plan) else plan)
        yield from bps.complete(stream, wait=True)
    except Exception:
        if not callable(plan):
            plan.close()  # bluesky warns of plans that nobody has begun
        yield from bps.stop(stream)
        raise
    return result
