"""The screens of a game whose questions managers corrected."""

import test_regrading
from in_english import say
from test_regrading import ADA, BOB

from bot.ui.competition.reveals import my_result_screen, round_screen

# The fixtures of what is shown
house = test_regrading.house


async def test_the_screens_of_a_game_show_the_new_key_and_whose_the_reasons_are(house):
    for number in range(4):
        await house.rule(number, 2)
    await house.start(ADA, BOB)
    await house.answer(ADA, right=True)
    await house.answer(BOB, right=False)
    await house.next()
    reveal = "\n".join(str(one) for one in round_screen(await house.games.view(house.game), 0, say).blocks)
    assert "Your managers decided that" in reveal
    assert "option 2" in reveal.split("✅")[1].split("\n")[0]
    mine = my_result_screen(await house.games.my_result(house.game, 0, ADA.member_id))
    assert "✅" in str(mine.blocks)
    assert "decided that" in str(mine.blocks)
