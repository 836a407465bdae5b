"""Games played by their rules alone, and what their messages say."""

from dataclasses import replace

from small_course import NOON, question

from bot.model.games import Game, Setup
from bot.model.members import Face
from bot.quiz.competition.events import Answer, End, Event, Join, Opened, Start, Tick
from bot.quiz.competition.game import step
from bot.quiz.competition.lobby import opened_by
from bot.quiz.competition.scoring import Scoring
from bot.quiz.competition.state import Phase, RoundPlan, Rules
from bot.services.competition.views import GameView
from bot.ui.layouts import Beside, Pick, Row, Screen
from bot.ui.marks import PLAIN

NAMES = {1: "Ada", 2: "Grace", 3: "Linus", 4: "Zoë", 5: "Alan", 6: "Edsger", 7: "Barbara", 8: "Donald"}
KEY = 1
QUESTIONS = tuple(question(f"q{number}") for number in range(9))


def played(
    *rounds: str, scoring: Scoring = Scoring.STUDY, rounds_planned: int = 0, duel: bool = False, teams: int = 0
) -> GameView:
    """A game after these rounds, each the letters that its members gave in turn (``-``: none). *B* is right, always.

    Each answers a second later than the one before.
    """
    planned = max(rounds_planned, len(rounds))
    rules = Rules(planned, 20_000, 10_000, 60_000, scoring, teams, bool(teams), duel)
    state = opened_by(1, rules, NOON)
    for place in range(1, len(rounds[0])):
        state, _ = step(state, Join(place + 1, team=place % teams + 1 if teams else 0), NOON)
    plans = tuple(RoundPlan(one.id, KEY, (0, 1, 2, 3)) for one in QUESTIONS[:planned])
    state, _ = step(state, Start(plans, 1), NOON)
    for number, letters in enumerate(rounds):
        while state.phase is not Phase.ASKING:
            assert state.phase is not Phase.FINISHED, "it was over before that round"
            state, _ = step(state, Tick(), state.wake_ms or NOON)
        opened_ms = (state.deadline_ms or 0) - 20_000
        state, _ = step(state, Opened(number, opened_ms), opened_ms)
        for place, letter in enumerate(letters):
            if letter != "-":
                stamp_ms = opened_ms + 1_000 * (place + 1)
                state, _ = step(state, Answer(place + 1, number, "ABCD".index(letter), stamp_ms), stamp_ms)
        while len(state.played) == number:
            state, _ = step(state, Tick(), state.wake_ms or NOON)
    game = Game(7, 50, 60, "tea", Setup((), None, "quick"), state, QUESTIONS[:planned], 3)
    readable = frozenset(question.section for question in game.questions)
    return GameView(game, {member: Face(name) for member, name in NAMES.items()}, to_read=readable)


def ended(view: GameView) -> GameView:
    """The same game when its host has ended it."""
    return then(view, End(1), view.state.wake_ms or NOON)


def then(view: GameView, event: Event, now_ms: int) -> GameView:
    """The game after one more event."""
    state, _ = step(view.state, event, now_ms)
    return replace(view, game=replace(view.game, state=state))


def words(screen: Screen) -> str:
    """All that a screen says, with plain letters and medals."""
    said = (block.text if isinstance(block, Beside) else block for block in screen.blocks)
    return PLAIN.put_in("\n".join(block for block in said if isinstance(block, str)))


def offered(screen: Screen) -> list[str]:
    """What can be pressed, and then what stands in its menus."""
    buttons = [button.label for block in screen.blocks if isinstance(block, Row) for button in block.buttons]
    return buttons + [label for block in screen.blocks if isinstance(block, Pick) for label, *_ in block.options]
