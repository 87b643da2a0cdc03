"""What the clients of the main job share: the simulated detector, and checks that print one JSON line each."""

import hashlib
import json
import time
from pathlib import Path

EXPERIMENT = "demo"
IDLE, DONE, FAILED, ABORTED = 0, 4, 5, 8
INVALID, MAJOR = 3, 2


def check(name, ok, detail=""):
    print(json.dumps({"name": name, "ok": bool(ok), "detail": str(detail)}), flush=True)


def wait_until(condition, timeout=300.0):
    """Wait for what a client can only see by reading; True as soon as it is so."""
    end = time.monotonic() + timeout
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.02)
    return False


def write_frames(directory, count, seed):
    """A simulated detector: real files, as big as frames are."""
    directory.mkdir(parents=True, exist_ok=True)
    files = []
    for number in range(count):
        path = directory / f"frame_{seed}_{number:04d}.dat"
        path.write_bytes(hashlib.sha256(f"{seed}{number}".encode()).digest() * 20_000)
        files.append(path)
    return files


def check_stored(files, stored):
    for path in files:
        copy = stored / path.name
        same = copy.is_file() and copy.read_bytes() == path.read_bytes()
        check(f"the stored copy of {path.name} is byte-identical", same, copy)


def check_output(job_id, data):
    """What example-01 leaves: a file that names the job and the checksum of its input."""
    outputs = list(Path("/tmp").glob(f"workflow.*/{job_id}.out"))
    check("the workflow's output file is there", len(outputs) == 1, outputs)
    if not outputs:
        return
    text = outputs[0].read_text()
    outputs[0].unlink()
    checksum = hashlib.md5(data.read_bytes()).hexdigest()
    check(
        "the workflow's output has the checksum of the data",
        f"MD5 SUM: {checksum}" in text,
        text,
    )
