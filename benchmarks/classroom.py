"""What a class costs on one server: .venv/bin/python benchmarks/classroom.py [students]

Starts a JupyterHub on this machine. The students (20, or the number given) log in at the same time, run notebook 01 and
give an answer. It prints what each takes of the memory, and how long each waits for the first result. Not on Windows.
"""

import os
import statistics
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "hub"))

from classroom import Classroom, attend


def memory(classroom):
    """Bytes by what runs: {"hub": ..., "server": [...], "kernel": [...]}, of Linux's PSS: shared pages are divided."""
    found = {"hub": 0, "server": [], "kernel": []}
    for process in classroom.processes():
        command = " ".join(process.cmdline())
        info = process.memory_full_info()
        size = getattr(info, "pss", info.rss)
        if "ipykernel_launcher" in command:
            found["kernel"].append(size)
        elif "jupyterhub.singleuser" in command:
            found["server"].append(size)
        else:
            found["hub"] += size
    return found


def main(count=20):
    """Let so many students attend at the same time, and print what was measured."""
    load = os.getloadavg()[0]
    classroom = Classroom()
    students = [classroom.student(number) for number in range(count)]
    try:
        with ThreadPoolExecutor(count) as threads:
            happened = list(threads.map(attend, students, [["return A.copy()"]] * count))
        used = memory(classroom)
    finally:
        for student in students:
            student.close()
        classroom.close()
    print(f"{count} students at the same time, {os.cpu_count()} processors, load {load:.1f} before")
    for name in ("server", "kernel"):
        print(f"{name:<28}{statistics.median(used[name]) / 2**20:6.0f} MB for each student")
    print(f"{'hub and proxy':<28}{used['hub'] / 2**20:6.0f} MB for all")
    everything = used["hub"] + sum(used["server"]) + sum(used["kernel"])
    print(f"{'all together':<28}{everything / 2**20:6.0f} MB")
    for key, name in (("first", "login to the first result"), ("all", "login to the last one")):
        seconds = [each[key] for each in happened]
        print(f"{name:<28}{statistics.median(seconds):6.1f} s (median), {max(seconds):.1f} s (longest)")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
