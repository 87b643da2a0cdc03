"""What p4p needs to wrap and post the table of pva-driver: one line of JSON. usage: p4p_table.py ROWS COLUMNS POSTS"""

import json
import statistics
import sys
import time

from p4p.nt import NTTable
from p4p.server import Server
from p4p.server.thread import SharedPV

rows, columns, posts = (int(argument) for argument in sys.argv[1:4])
names = [f"column{i}" for i in range(columns)]
table = NTTable([(name, "s" if i % 2 == 0 else "d") for i, name in enumerate(names)])


def cell(row, column, turn):
    return f"row {row} of {turn}" if column % 2 == 0 else float(row + turn)


def build(turn):
    return [
        {name: cell(row, i, turn) for i, name in enumerate(names)}
        for row in range(rows)
    ]


def measure(make):
    times = []
    for turn in range(-5, posts):
        value = make(turn + 6)
        before = time.perf_counter()
        pv.post(value)
        if turn >= 0:
            times.append(time.perf_counter() - before)
    return statistics.median(times) * 1e6


base = build(0)


def change_row(turn):
    value = [dict(row) for row in base]
    value[turn % rows] = {
        name: cell(turn % rows, i, turn) for i, name in enumerate(names)
    }
    return value


pv = SharedPV(nt=table, initial=[])
with Server(providers=[{"bench:table": pv}], isolate=True):
    all_changed = measure(build)
    one_row = measure(change_row)
print(
    json.dumps(
        {
            "rows": rows,
            "columns": columns,
            "allChangedUs": all_changed,
            "oneRowUs": one_row,
        }
    )
)
