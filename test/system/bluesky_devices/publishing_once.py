"""One run whose metadata come to DM, whatever DM says at first."""

import logging

import bluesky.plans as bp
from ophyd.sim import det

from checks import check, connected, engine
from dm_ioc import DatasetPublisher

logging.getLogger("dm_ioc").setLevel(logging.CRITICAL)
RE, publisher = engine(), DatasetPublisher(connected())
RE.subscribe(publisher)
RE(bp.count([det]))
left = publisher.flush(200)
check("it is published in the end", left == (), left)
