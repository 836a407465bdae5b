"""The table of contents of all demos."""

from bot.demos import cpu_work, io_wait, shared_counter
from bot.demos.model import Demo

DEMOS: dict[str, Demo] = {demo.id: demo for demo in (cpu_work.DEMO, io_wait.DEMO, shared_counter.DEMO)}
