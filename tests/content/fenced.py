"""Runs one program within limits, and ends with it whatever it started: python fenced.py MEMORY OUTPUT PROGRAM [ARGUMENT…]

Where the system has it (Linux), orphans come to this process and not to the system's first one, so that one with a session of
its own is found too. Who wants it to end kills its `family`, and then it ends by itself. It starts a thousand times in the
tests, so it imports little.
"""

import os
import sys

PR_SET_CHILD_SUBREAPER = 36
SIGKILL = 9  # the module signal takes as long to import as all the rest


def family(root: int) -> set[int]:
    """Every process below this one, where the system tells (proc(5), ``children``)."""
    found: set[int] = set()
    waiting = [root]
    while waiting:
        for one in _children(waiting.pop()):
            if one not in found:
                found.add(one)
                waiting.append(one)
    return found


def _children(parent: int) -> list[int]:
    found = []
    try:
        for thread in os.listdir(f"/proc/{parent}/task"):
            with open(f"/proc/{parent}/task/{thread}/children", encoding="ascii") as children:
                found += map(int, children.read().split())
    except OSError:
        pass
    return found


def limit(memory: int, output: int) -> None:
    """Set the limits of this process and of each that it starts."""
    try:
        import resource
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_DATA, (memory, memory))  # not address space: threads reserve much
    resource.setrlimit(resource.RLIMIT_FSIZE, (output, output))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def adopt_orphans() -> None:
    """Have every orphan below come to this process."""
    try:
        import ctypes

        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    except (ImportError, OSError, AttributeError):
        pass


def kill(processes: set[int]) -> None:
    """End them; that one has ended already is fine."""
    for one in processes:
        try:
            os.kill(one, SIGKILL)
        except OSError:
            pass


def main() -> int:
    """Run it, and end whatever it leaves, and what that leaves; returns how it ended."""
    memory, output, *program = sys.argv[1:]
    adopt_orphans()
    child = os.fork()
    if not child:
        limit(int(memory), int(output))
        os.execv(program[0], program)
    code = 0
    while True:
        try:
            one, status = os.waitpid(-1, 0)  # an orphan that has come here may end first
        except ChildProcessError:
            return code
        if one == child:
            code = os.waitstatus_to_exitcode(status)
            code = 128 - code if code < 0 else code
            child = 0
        if not child:
            kill(family(os.getpid()))


if __name__ == "__main__":
    sys.exit(main())
