"""Answers in a round: letters that are pressed, forms that are sent, things that are put in order; and how sure one is."""

from functools import partial

from bot.quiz.competition.events import Verdict
from bot.quiz.competition.state import Phase
from bot.quiz.question.asking import Submission
from bot.services.competition.games import Competitions
from bot.services.competition.views import ClickResult, GameView
from bot.ui import ids
from bot.ui.competition import screens
from bot.ui.competition.host import only_here
from bot.ui.competition.locked_in import LockedIn
from bot.ui.layouts import BLURPLE, Screen, note
from bot.ui.presses import own_message
from bot.ui.question import answering
from bot.ui.replies import Reply
from bot.ui.routing import Router
from bot.ui.words.competition import VERDICTS


class Answering:
    """What the buttons on a round's message do, and what follows from them in private."""

    def __init__(self, games: Competitions, locked_in: LockedIn) -> None:
        self._games = games
        self._locked_in = locked_in

    def add_to(self, router: Router) -> None:
        """Register the actions."""
        router.add("game.pick", only_here(self._games, self._pick), new=True)
        router.add("game.begin", only_here(self._games, self._begin), new=True)
        router.add("game.order", only_here(self._games, self._order), page=True)
        router.add("game.ordered", only_here(self._games, self._ordered))
        router.add_form("game.send", only_here(self._games, self._send))
        router.add("game.sure", only_here(self._games, self._sure))

    async def _pick(self, reply: Reply, game: str, number: str, choice: str) -> None:
        await self._submit(reply, game, number, ids.number(choice))

    async def _submit(self, reply: Reply, game: str, number: str, submitted: Submission, *, here: bool = False) -> None:
        """Take an answer and tell what it came to: in a new private message, or (``here``) in the one that was pressed."""
        which = ids.number(game), ids.number(number)
        play_channel_id = (await self._games.game(which[0])).play_channel_id
        pressed = (ids.encode("game.pick", *which), ids.encode("game.begin", *which))
        message_id = own_message(reply.interaction, play_channel_id, *pressed)
        result = await self._games.answer(*which, submitted, reply.learner, reply.stamp_ms, message_id)
        screen = _locked_in(result, game, number)
        if here:
            await reply.update(screen)
            shown = reply.interaction.message.id if reply.interaction.message else None
        else:
            shown = await reply.show(screen)
        if result.is_told and shown is not None:
            self._locked_in.keep(*which, reply.member_id, reply.shown(shown))

    async def _begin(self, reply: Reply, game: str, number: str) -> None:
        """Open what a question is answered with that has no letters on its message."""
        view, at = await self._games.view(ids.number(game)), ids.number(number)
        known = view.state.answers.get(reply.member_id) if at == view.state.round else None
        if known or view.state.phase is not Phase.ASKING or at != view.state.round:
            await self._submit(reply, game, number, ())  # tells why it can't be answered now
            return
        question, lettering = view.game.questions[at], view.state.plans[at].lettering
        if question.form == "order":
            await reply.show(_ordering(view, game, number, ()))
        else:
            await reply.ask(answering.form_of(question, lettering, ids.encode("game.send", game, number)))

    async def _send(self, reply: Reply, fields: dict[str, str], game: str, number: str) -> None:
        found, at = await self._games.game(ids.number(game)), ids.number(number)
        if not 0 <= at < len(found.questions):
            raise ids.stale()
        await self._submit(reply, game, number, answering.submitted(found.questions[at], fields))

    async def _order(self, reply: Reply, game: str, number: str, picked: str) -> None:
        view = await self._games.view(ids.number(game))
        if view.state.phase is not Phase.ASKING or ids.number(number) != view.state.round:
            await self._submit(reply, game, number, (), here=True)
            return
        await reply.update(_ordering(view, game, number, answering.picked_of(picked)))

    async def _ordered(self, reply: Reply, game: str, number: str, picked: str) -> None:
        await self._submit(reply, game, number, answering.picked_of(picked), here=True)

    async def _sure(self, reply: Reply, game: str, number: str, level: str) -> None:
        if (sureness := screens.LEVELS.get(level)) is None:
            raise ids.stale()
        result = await self._games.confide(
            ids.number(game), ids.number(number), sureness, reply.learner, reply.stamp_ms
        )
        if result.verdict is not Verdict.SURENESS_TAKEN:
            await reply.show(note(_words(result)))
        else:
            await reply.update(screens.sureness_screen(result.called or "?", game, number, sureness))


def _ordering(view: GameView, game: str, number: str, picked: tuple[int, ...]) -> Screen:
    question, plan = view.game.questions[ids.number(number)], view.state.plans[ids.number(number)]
    step, send = partial(ids.encode, "game.order", game, number), partial(ids.encode, "game.ordered", game, number)
    return answering.ordering_screen(question, plan.lettering, picked, step, send)


def _locked_in(result: ClickResult, game: str, number: str) -> Screen:
    if result.verdict is Verdict.NOT_ALLOWED:
        return note("This duel is between two others. Watch, or start your own with </duel:0>.")
    if result.verdict is not Verdict.LOCKED_IN:
        return note(_words(result))
    if result.certainty:
        return screens.sureness_screen(result.called or "?", game, number, None)
    comes = "The result comes here, and under *My result*" if result.is_told else "*My result* will say how it went"
    return note(f"🔒 Locked in **{result.called}**.\n-# {comes}.", BLURPLE)


def _words(result: ClickResult) -> str:
    letter = result.called or "?"
    return VERDICTS.get(result.verdict, VERDICTS[Verdict.CLOSED]).format(letter=letter)
