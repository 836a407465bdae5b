"""Lets the end-to-end tests hold what was said to Discord's description, and use the small pack.

Which fault is tried where; in each nothing acknowledged is lost, nothing counts twice, and the game goes on or says why not:

| what fails | how | file |
|---|---|---|
| the Gateway | dropped, op 7, op 9, 4000, 4009, no heartbeat answered, events late or twice | `test_gateway_faults` |
| the REST API | 429, 500, 502, 503, cut off after the request took effect | `test_competition_troubles` |
| | cut off before it took effect, answers after 3 s | `test_host_faults` |
| Discord's world | a round's message or channel deleted, a permission taken | `test_competition_troubles` |
| | the server deleted, a player or the host gone | `test_world_faults` |
| | the same for the question of the day and for schedules | `test_world_faults`, `test_by_itself` |
| | the bot removed and added again | `test_gateway_faults` |
| the bot | SIGKILL at random | `test_kill`, `tests/bench/kill.py` |
| | SIGKILL while members press whatever they see | `test_whatever_they_press` |
| | SIGKILL between two steps, with a form open, in a regrade, in a backup | `test_kill_between` |
| | SIGTERM, frozen for 30 s, the clock set back | `test_host_faults` |
| the disk | full, locked by another process | `test_database_troubles` |
| | read-only, broken, cut short, locked at the start, in use by another bot | `test_data_folder_faults` |
"""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1] / "playground"))
sys.path.append(str(Path(__file__).parents[1] / "packs"))
