"""The messages of a competition at their worst: every question of the course, the longest names, every preset."""

from pathlib import Path

import pytest
from any_form import some_answer
from in_english import say

from bot.demos.registry import DEMOS
from bot.model.games import Game, Setup
from bot.model.members import Face
from bot.packs.loading import load_packs
from bot.quiz.competition.events import Answer, Join, Opened, Start, Tick
from bot.quiz.competition.game import step
from bot.quiz.competition.lobby import opened_by
from bot.quiz.competition.scoring import Scoring
from bot.quiz.competition.state import Competition, RoundPlan, Rules
from bot.services.competition.views import GameView
from bot.ui.competition import podiums, reveals, screens

NOON = 1_795_348_800_000
[PACK] = load_packs(Path(__file__).parents[2] / "content", DEMOS)[:1]
NAME = "_*~`|" * 6 + "_*"
"""As long as a name can be, and every character of it has to be made safe."""
PLAYERS = 60
QUESTIONS = list(PACK.questions)


def game_of(number: int, scoring: Scoring, *, over: bool) -> GameView:
    """A competition whose only round asks this question; everybody has answered."""
    question = QUESTIONS[number]
    rules = Rules(rounds=1, pace_ms=12_000, reveal_ms=1_000, lobby_ms=60_000, scoring=scoring)
    state: Competition = opened_by(1, rules, NOON)
    for member in range(2, PLAYERS):
        state, _ = step(state, Join(member), NOON)
    order = tuple(reversed(range(len(question.options))))
    state, _ = step(state, Start((RoundPlan(question.id, question.key, order),), 1), NOON)
    state, _ = step(state, Opened(0, NOON), NOON)
    for member in range(1, PLAYERS):
        given = some_answer(question, member) if question.form != "choice" else None
        choice = member % len(order) if given is None else 0
        state, _ = step(state, Answer(member, 0, choice, NOON + 900 + member, given=given), NOON + 1_000)
    if over:
        state, _ = step(state, Tick(), state.wake_ms)
    faces = dict.fromkeys(range(PLAYERS), Face(NAME))
    game = Game(2**40, 1, 2, PACK.head.id, Setup((), None, "quick"), state, (question,), 3)
    return GameView(game, faces, (), "I was away for 3600 s; that time was given back.")


@pytest.mark.parametrize("number", range(len(QUESTIONS)), ids=[q.id for q in QUESTIONS])
@pytest.mark.parametrize("over", [False, True], ids=["open", "over"])
def test_every_question_fits_into_a_rounds_message(number, over):
    screen = reveals.round_screen(game_of(number, Scoring.CLASSIC, over=over), 0, say)
    assert screen.text_length <= 3_500
    assert len(str(screen.view().to_components())) > 100


@pytest.mark.parametrize("scoring", Scoring)
def test_lobby_and_podium_fit_with_the_longest_names(scoring):
    view = game_of(0, scoring, over=True)
    assert screens.lobby_screen(view, say).text_length <= 3_500
    assert podiums.podium_screen(view).text_length <= 3_500
