"""What is done to games in a database that no bot runs on."""

from bot.quiz.competition.events import Forget
from bot.quiz.competition.game import step
from bot.storage import competitions, privacy
from bot.storage.store import Transaction


async def take_out(tx: Transaction, member_id: int, now_ms: int) -> None:
    """Take a member out of every game that is on."""
    for competition_id in await privacy.live_games(tx, member_id):
        game = await competitions.load(tx, competition_id)
        if game is not None:
            state, _ = step(game.state, Forget(member_id), now_ms)
            await competitions.save(tx, game, state, now_ms)
            await competitions.take_out(tx, competition_id, member_id)
