"""What this machine really offers: Python, build, GIL, and the cores that may be used."""

import os
import platform
import sys
import sysconfig
from pathlib import Path

from bot.demos.model import Host

START_METHOD = "spawn"
"""The start method that every process pool of a demo asks for, the same on all systems."""


def cores_available(cgroup: Path = Path("/sys/fs/cgroup/cpu.max")) -> float:
    """Cores that this process may use: its affinity, cut by a container's quota.

    `os.cpu_count` counts the machine's cores instead
    (https://docs.python.org/3/library/os.html#os.cpu_count, https://docs.kernel.org/admin-guide/cgroup-v2.html#cpu).
    """
    cores = float(len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1)
    try:
        quota, period = cgroup.read_text("ascii").split()[:2]
        if quota != "max":
            cores = min(cores, int(quota) / int(period))
    except (OSError, ValueError):
        pass
    return cores


def gil_enabled() -> bool:
    """Whether the GIL is on in this interpreter now."""
    return bool(getattr(sys, "_is_gil_enabled", lambda: True)())


def this_host() -> Host:
    """The host, as a result's footer shows it."""
    free_threaded = sysconfig.get_config_var("Py_GIL_DISABLED") == 1
    return Host(
        python=platform.python_version(),
        build="free-threaded build" if free_threaded else "standard build",
        gil=gil_enabled(),
        cores=cores_available(),
        start_method=START_METHOD,
        contained=sys.platform != "win32",
    )
