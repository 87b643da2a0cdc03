"""An IOC that a script starts, kills and starts again."""

import os
import re
import subprocess
import sys
import threading
from pathlib import Path

from free_port import free_port


class Ioc:
    """On the ports that it had before."""

    def __init__(self, root, program, settings):
        Path(root).mkdir()
        self._command = [program, "run"]
        self._settings = [
            *settings,
            f"dm.local.root={root}",
            f"autosave.directory={root}/autosave",
        ]
        ports = [free_port() for _ in range(3)]
        self._ports = [
            f"{name}={port}"
            for name, port in zip(
                ("ca.port", "pva.port", "pva.broadcastPort"), ports, strict=True
            )
        ]

    def start(self):
        arguments = [
            argument
            for setting in (*self._ports, *self._settings)
            for argument in ("--set", setting)
        ]
        # Its own address list is none of the client's.
        environment = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith("EPICS_")
        }
        self._process = subprocess.Popen(
            [*self._command, *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=environment,
        )
        lines = []
        for line in self._process.stdout:
            lines.append(line)
            found = re.search(r"CA port (\d+), PVA port (\d+) \(search (\d+)\)", line)
            if found:
                break
        else:
            # Also in a thread, which nobody would hear of.
            print("the IOC has ended:", *lines, file=sys.stderr, flush=True)
            os._exit(1)
        threading.Thread(target=self._process.stdout.read, daemon=True).start()
        ca, pva, search = found.groups()
        os.environ.update(
            EPICS_CA_ADDR_LIST="127.0.0.1",
            EPICS_CA_AUTO_ADDR_LIST="NO",
            EPICS_CA_SERVER_PORT=ca,
            EPICS_PVA_ADDR_LIST="127.0.0.1",
            EPICS_PVA_AUTO_ADDR_LIST="NO",
            EPICS_PVA_SERVER_PORT=pva,
            EPICS_PVA_BROADCAST_PORT=search,
        )

    def kill(self):
        self._process.kill()
        self._process.wait()

    def stop(self):
        self._process.terminate()
        self._process.wait()

    def restarts(self, gate):
        """Both ways in which a job that waits for a gate may end around a restart."""

        def restart_then_end():
            self.kill()
            self.start()
            gate.touch()

        def end_then_restart():
            self.kill()
            gate.touch()
            self.start()

        return restart_then_end, end_then_restart
