"""What somebody new does, and is told, where no IOC is. Usage: no_ioc.py"""

import gc
import logging
import warnings

import bluesky.plan_stubs as bps
from ophyd import Device

from checks import check, engine, failure
from dm_ioc import DM_WorkflowConnector, Dm, plans
from dm_ioc.apstools import dm_get_daqs
from dm_ioc.devices import absence

absence.TOLD_S, absence.NEVER_S = 0.5, 1.0

log = []
handler = logging.Handler()
handler.emit = lambda record: log.append(record.getMessage())
logging.getLogger("dm_ioc").addHandler(handler)
logging.getLogger("dm_ioc").setLevel("INFO")

RE, dm = engine(), Dm("dm:", name="dm")


def warned(make):
    """What Python warns of when what was made is forgotten."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        make()
        gc.collect()
    return " ".join(str(warning.message) for warning in caught)


connector = DM_WorkflowConnector(name="connector")
for name, make in {
    "run_workflow": lambda: plans.run_workflow(dm, "example-01", "a"),
    "setup_user": lambda: plans.setup_user(dm, "demo"),
    "dm_get_daqs": lambda: dm_get_daqs(dm, "demo"),
    "run_as_plan": lambda: connector.run_as_plan("example-01"),
}.items():
    text = warned(make)
    check(
        f"a plan that was made and not run warns: {name}",
        f"plan `{name}` was never iterated" in text,
        text,
    )

for name, plan in {
    "a slot": lambda: plans.run_workflow(dm, "example-01", "/etc/hostname"),
    "a setpoint": lambda: bps.mv(dm.experiment, "demo"),
    "a wait": lambda: bps.trigger(dm.jobs, wait=True),
    "a connector": lambda: connector.run_as_plan("example-01", filePath="/a"),
}.items():
    text = failure(RE, plan())
    check(
        f"an IOC that was never there fails {name}, and says where it was looked for",
        "there was no IOC for 1 s" in text and "EPICS_CA_ADDR_LIST: 127.0.0.1" in text,
        text,
    )
told = [line for line in log if line.startswith("waits for dm:")]
check(
    "before that, the log says what it waits for, unasked",
    told and all("does the IOC run? (EPICS_CA_ADDR_LIST" in line for line in told),
    log,
)

told = [line for line in log if line.startswith("dm_workflow_1: ")]
check("the log tells once what a slot waits for", len(told) == 1, told)

status = dm.experiment.set("demo")
error = status.exception(timeout=60)
check(
    "a failure that says all comes without the package's own traceback",
    error.__traceback__ is None,
    status,
)

text = warned(
    lambda: failure(
        RE, plans.streaming(dm, bps.sleep(1), workflow="talks", data_pv="frames")
    )
)
check(
    "a plan that streaming had no reason to begin is not called forgotten",
    "never iterated" not in text,
    text,
)

check("a device needs no IOC to be there", isinstance(dm.daq[2], Device))
