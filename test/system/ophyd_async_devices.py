"""ophyd-async finds all PVs by PVI and drives a job; text that isn't UTF-8 does no harm. Usage: ophyd_async_devices.py [tables]

With `tables` it only reads every table, of an IOC that has nothing to show.
Prints one JSON line for each check: {"name": ..., "ok": ..., "detail": ...}. The IOC is found by the EPICS_* variables.
"""

import asyncio
import json
import sys

import epics
from ophyd_async.core import Device, DeviceVector, SignalR, SignalRW, TriggerableCommand
from ophyd_async.epics.core import PviDeviceConnector, epics_triggerable_command


def check(name, ok, detail=""):
    print(json.dumps({"name": name, "ok": bool(ok), "detail": str(detail)}), flush=True)


class Everything(Device):
    def __init__(self, prefix, name=""):
        super().__init__(name=name, connector=PviDeviceConnector(prefix))


class Workflow(Device):
    workflow: SignalRW[str]
    args: SignalRW[str]
    run: TriggerableCommand
    error_message: SignalR[str]


class Typed(Device):
    wf: DeviceVector[Workflow]

    def __init__(self, prefix, name=""):
        super().__init__(name=name, connector=PviDeviceConnector(prefix))


def get(pv, **options):
    return epics.caget(pv, timeout=300, connection_timeout=300, **options)


def put_bytes(pv, value):
    """Over Channel Access, where text is bytes."""
    channel = epics.PV(pv, connection_timeout=300)
    channel.wait_for_connection()
    channel.put([*value, 0], wait=True, timeout=300)


async def empty_tables():
    dm = Everything("dm:", "dm")
    await dm.connect(timeout=300)
    tables = [device.table for _, device in dm.children() if hasattr(device, "table")]
    tables += [slot.stages for slot in dm.wf.values()]
    check("there are tables of all kinds", len(tables) == 6 + len(dm.wf), tables)
    for table in tables:
        columns = (await table.get_value()).model_dump()
        check(
            f"{table.source} has typed columns without rows",
            columns and all(len(column) == 0 for column in columns.values()),
            columns,
        )


async def devices():
    dm = Everything("dm:", "dm")
    await dm.connect(timeout=300)
    check(
        "an untyped device connects to everything",
        isinstance(dm.wf, DeviceVector),
        dm.wf,
    )
    slots = [sorted(vector) for vector in (dm.daq, dm.upload, dm.wf)]
    check("slots are device vectors", slots == [[1, 2, 3, 4]] * 3, slots)
    check("a vector has its totals", await dm.daq.n_active.get_value() == 0)
    tables = [
        (await table.get_value()).model_dump()
        for table in (dm.daq.table, dm.upload.table, dm.job.table, dm.wf[1].stages)
    ]
    check(
        "tables without rows have typed columns",
        all(len(column) == 0 for table in tables for column in table.values())
        and tables[3]["exitStatus"].dtype == "int32"
        and tables[3]["runTime"].dtype == "float64",
        tables,
    )
    stops = [dm.daq[1].daq_stop, dm.dataset.dataset_name, dm.wf[4].wf_clear]
    check(
        "reserved names are told by their device",
        all(isinstance(one, Device) for one in stops),
        stops,
    )

    typed = Typed("dm:", "typed")
    await typed.connect(timeout=300)
    workflow = typed.wf[2]
    await workflow.workflow.set("sleep")
    await workflow.args.set('{"seconds": 0.1, "filePath": "/dev/null"}')
    await workflow.run.execute()
    check(
        "a typed device runs a job",
        await dm.wf[2].status.get_value() == "Done",
        await dm.wf[2].status.get_value(),
    )
    run = epics_triggerable_command("ca://dm:WF2:Run")
    await run.connect(timeout=300)
    await run.execute()
    check(
        "a command over Channel Access runs a job",
        await dm.wf[2].status.get_value() == "Done",
    )

    await dm.wf[1].file_path.set("/tmp/good.dat")
    await asyncio.to_thread(put_bytes, "dm:WF1:FilePath.VAL$", b"/tmp/\xe9.dat")
    shown = await dm.wf[1].file_path.get_value()
    check("text that is not UTF-8 is not served", shown == "/tmp/good.dat", shown)
    alarm = (
        get("dm:WF1:FilePath.SEVR"),
        get("dm:WF1:FilePath.AMSG", as_string=True),
    )
    check("its put fails with the reason", alarm == (3, "text is not UTF-8"), alarm)
    await asyncio.to_thread(put_bytes, "dm:WF1:FilePath.VAL$", b"x" * 1500)
    alarm = (
        get("dm:WF1:FilePath.SEVR"),
        get("dm:WF1:FilePath.AMSG", as_string=True),
    )
    check(
        "text that is too long is refused",
        alarm == (3, "text too long, at most 1022 bytes"),
        alarm,
    )
    check("and not served", await dm.wf[1].file_path.get_value() == "/tmp/good.dat")


asyncio.run(empty_tables() if sys.argv[1:] == ["tables"] else devices())
