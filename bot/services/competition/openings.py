"""What is asked before a competition opens: which course is played, and whether a challenge is one too many."""

from typing import NamedTuple

from bot.errors import UserError
from bot.facts import Code, fact
from bot.model.games import Setup
from bot.packs.library import LibraryOf
from bot.quiz.competition.state import Rules
from bot.services.competition.questions import GameQuestions
from bot.services.competition.views import GameView
from bot.services.practice.practising import Learner
from bot.storage import competitions
from bot.storage.store import Reads

MOST_CHALLENGES, CHALLENGED_MS = 2, 15 * 60_000
"""So many duels of a member that nobody accepted are enough for a channel in such a time."""


class Opening(NamedTuple):
    """What the host of a new competition chose; without a pack it is the server's first."""

    guild_id: int
    channel_id: int
    host: Learner
    rules: Rules
    setup: Setup
    pack_id: str | None = None


class AlreadyOnError(UserError):
    """There is a competition in this channel already."""

    def __init__(self, view: GameView) -> None:
        super().__init__(fact(Code.GAME_ON_HERE))
        self.view = view


async def refuse_too_many(db: Reads, opening: Opening, now_ms: int) -> None:
    """See to it that challenges hold no channel. Raises UserError for one too many."""
    since_ms, host_id = now_ms - CHALLENGED_MS, opening.host.member_id
    ended = await competitions.unaccepted(
        db, opening.guild_id, opening.channel_id, host_id, since_ms, but=Code.MADE_ROOM
    )
    if len(ended) >= MOST_CHALLENGES:
        again = -(-(ended[MOST_CHALLENGES - 1] + CHALLENGED_MS) // 1000)
        raise UserError(fact(Code.TOO_MANY_CHALLENGES, most=MOST_CHALLENGES, again=again))


async def playable(db: Reads, opening: Opening, library_of: LibraryOf, questions: GameQuestions) -> str:
    """The course that is played. Raises UserError when nothing fits what was chosen."""
    here = library_of(opening.guild_id)
    if opening.pack_id:
        await questions.fitting(opening.guild_id, here.pack(opening.pack_id).id, opening.setup)
        return opening.pack_id
    # The courses take turns: the one that was not played for longest is next.
    last = await competitions.last_played(db, opening.guild_id)
    packs = sorted(here.packs, key=lambda pack: last.get(pack.id, 0))
    for pack in packs:
        try:
            await questions.fitting(opening.guild_id, pack.id, opening.setup)
        except UserError:
            if pack is packs[-1]:
                raise
        else:
            return pack.id
    raise AssertionError("a library has courses")
