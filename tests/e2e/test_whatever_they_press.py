"""Three members do whatever is offered to them, day after day, and the bot is killed among it."""

import asyncio
import signal
from collections import Counter
from random import Random

import engines
import pytest
from evening import rows, until_row
from hosting import Bot, Member
from wandering import Wanderer

from bot.services.question import repair

ACTS, LIVES = 600, 3
"""What each member does in all, and how often the bot is there for it."""
DAY_SECONDS = 86_400


@pytest.mark.parametrize("seed", [1, 2])
async def test_whatever_is_pressed_is_answered_and_nothing_breaks(playground, bot: Bot, seed):
    rng = Random(seed)
    wanderers = [Wanderer(Member(playground, number), Random(rng.random())) for number in range(3)]

    async def wander(one: Wanderer) -> None:
        for _ in range(ACTS // LIVES):
            await one.act()

    for life in range(LIVES):
        await asyncio.gather(*map(wander, wanderers))
        playground.world.shift(DAY_SECONDS)
        if life < LIVES - 1:
            await bot.stop(signal.SIGKILL)
            await bot.start()
    assert [one for wanderer in wanderers for one in wanderer.unanswered] == []
    did = sum((wanderer.did for wanderer in wanderers), Counter())
    assert {"/quiz", "/compete", "/demo", "sh:quiz.pick"} <= set(did), did
    await until_row(bot.data_dir, "SELECT count(*) FROM regrade WHERE done_ms IS NULL", (0,))  # a manager's decisions
    assert await bot.stop() == 0
    assert bot.log().partition(" ERROR ")[2][:6_000] == ""
    assert engines.damage(bot.database) == []
    # Weeks, months and seasons are counted again by the setup that the server has now, and the three may have changed it.
    changed = rows(bot.data_dir, "SELECT 1 FROM server")
    everything = f"SELECT * FROM total WHERE period = 'all' OR {not changed} ORDER BY 1, 2, 3, 4"
    kept = rows(bot.data_dir, everything)
    store = await engines.open_store(bot.database)
    await repair.repair_totals(store)
    await store.close()
    assert rows(bot.data_dir, everything) == kept
    counted = rows(bot.data_dir, "SELECT 1 FROM answer WHERE guild_id IS NOT NULL AND member_id > 0 AND void = 0")
    assert bool(kept) == bool(counted)  # who was deleted last leaves no totals
