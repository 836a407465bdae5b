"""Games as they are shown: with the names and faces of those who stand in their messages, and what the group learned."""

from bot.errors import NotFound
from bot.model.games import Game
from bot.model.members import Face
from bot.packs.library import LibraryOf, SectionRef
from bot.quiz.competition import awards
from bot.quiz.competition.standings import standings
from bot.quiz.competition.state import Competition, Phase
from bot.services.competition.shown import ShownGame
from bot.services.competition.views import GameView, Learned
from bot.storage import members
from bot.storage.store import Store

NAMED_PLAYERS, NAMED_PLACES, NAMED_ANSWERS = 40, 20, 200
"""How many are looked up by name while a game is on; when it is over, everybody who played."""


def _named(state: Competition) -> set[int]:
    """Who stands in a game's messages."""
    is_over = state.phase is Phase.FINISHED
    named = {state.host_id, *(p.member_id for p in state.players[: None if is_over else NAMED_PLAYERS])}
    if state.played:
        named |= {line.member_id for line in standings(state)[:NAMED_PLACES]}
        named |= set(list(state.played[-1].answers)[:NAMED_ANSWERS])
    return named


class GameViews:
    """Makes the views of games."""

    def __init__(self, library_of: LibraryOf, store: Store) -> None:
        self._library_of = library_of
        self._store = store

    async def of(self, shown: ShownGame) -> GameView:
        """The game with the names of those who stand in its messages; when it is over, of everybody who played."""
        faces: dict[int, Face] = {}
        asked: set[int] = set()
        while missing := _named(shown.game.state) - asked:
            asked |= missing
            faces |= await members.faces(self._store, shown.game.guild_id, missing)
        game = shown.game  # as it is after the wait: who is shown it later must see no less
        is_over = game.state.phase is Phase.FINISHED
        sections, course, to_read = self._sections(game)
        title_of = dict(sections)
        return GameView(
            game,
            faces,
            tuple(title_of.get(section_id, section_id) for section_id in game.setup.sections),
            sections,
            shown.note,
            course=course,
            fitting=shown.fitting,
            round_message_id=shown.round_message_id,
            podium_message_id=shown.podium_shown_id,
            learned=self._learned(game) if is_over else None,
            to_read=to_read,
        )

    def _sections(self, game: Game) -> tuple[tuple[tuple[str, str], ...], str, frozenset[str]]:
        """What could be asked about (id, title), the course where the server has several, and what a lesson has pages on.

        Nothing, when the course was taken away meanwhile: a game that is on has its questions and goes on.
        """
        here = self._library_of(game.guild_id)
        try:
            pack = self._library_of(None).known(game.guild_id).pack(game.pack_id)
        except NotFound:
            return (), "", frozenset()
        sections = tuple((s.id, here.title(SectionRef(pack, s))) for s in pack.sections)
        course = pack.head.title if len(here.packs) > 1 else ""
        return sections, course, frozenset(section.id for section in pack.sections if section.pages)

    def _learned(self, game: Game) -> Learned | None:
        state = game.state
        if (number := awards.most_missed(state)) is None:
            return None
        plan, played, question = state.plans[number], state.played[number], game.questions[number]
        mistake, believed = awards.commonest_mistake(plan, played)
        behind = question.options[mistake].misconception if mistake is not None else None
        myth = self._library_of(None).known(game.guild_id).misconception(game.pack_id, behind)
        return Learned(number, tuple(awards.got_it(plan, played)), len(played.answers), myth, believed)
