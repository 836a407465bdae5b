"""Runs one program within limits, and ends with it whatever it started: python fenced.py MEMORY OUTPUT PROGRAM [ARGUMENT…]

Where the system has it (Linux), orphans come to this process and not to the system's first one, so that one with a session of
its own is found too. SIGTERM ends all of it. It starts a thousand times in the tests, so it imports little.
"""

import os
import signal
import sys

PR_SET_CHILD_SUBREAPER = 36
KILLED = 128 + signal.SIGKILL


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


def end_all() -> None:
    """Kill what is left, and what that leaves, until there is nothing."""
    while left := family(os.getpid()):
        for one in left:
            try:
                os.kill(one, signal.SIGKILL)
            except OSError:
                pass
        try:
            os.waitpid(-1, 0)
        except ChildProcessError:
            pass


def main() -> int:
    """Run it; returns how it ended."""
    memory, output, *program = sys.argv[1:]
    adopt_orphans()

    def ended(_number: int, _frame: object) -> None:
        end_all()
        os._exit(KILLED)

    signal.signal(signal.SIGTERM, ended)
    child = os.fork()
    if not child:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        limit(int(memory), int(output))
        os.execv(program[0], program)
    one, status = os.waitpid(-1, 0)
    while one != child:  # an orphan that has come here may end first
        one, status = os.waitpid(-1, 0)
    end_all()
    code = os.waitstatus_to_exitcode(status)
    return 128 - code if code < 0 else code


if __name__ == "__main__":
    sys.exit(main())
