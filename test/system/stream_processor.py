"""A processor of pvaPy's streaming framework that writes down what it is told: in the file that is named by its argument `log`."""

import sys
import time

from pvapy.hpc.adImageProcessor import AdImageProcessor


class Processor(AdImageProcessor):
    def __init__(self, config):
        AdImageProcessor.__init__(self, config)
        self.log = config["log"]

    def configure(self, config):
        """`name`: written down; `slow`: takes so many seconds; `bad`: fails; `only`: but not in other consumers than this one; `mute`: pvaPy says nothing of it."""
        with open(self.log, "a") as log:
            log.write(f"{self.processorId} {config.get('name', '')}\n")
        time.sleep(config.get("slow", 0))
        if "mute" in config:
            sys.exit()
        if "bad" in config and config.get("only", self.processorId) == self.processorId:
            raise ValueError(config["bad"])

    def process(self, frame):
        return frame
