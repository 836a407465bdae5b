"""The messages in which learners meet a question, drawn by the bot's own screens: asked, answered, explained, in a game."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from bot.model.games import Game, Setup
from bot.model.members import Face
from bot.packs.library import Library, SectionRef, TermRef
from bot.packs.models import Pack, Question, Section
from bot.quiz.board.points import POINTS_FOR_RIGHT, QuestionStanding
from bot.quiz.competition.pace import paced
from bot.quiz.competition.state import Competition, Phase, Played, Player, RoundAnswer, RoundPlan
from bot.quiz.practice.picking import Asked, Run
from bot.quiz.question.asking import FilePlace, Given, Lettering, given_by, is_right, lettering
from bot.services.competition.views import GameView
from bot.services.lesson.lessons import LessonPage
from bot.services.practice.views import Asking, Outcome
from bot.ui.competition.reveals import round_screen
from bot.ui.layouts import Screen
from bot.ui.lesson.lessons import page_blocks
from bot.ui.lesson.terms import term_screen
from bot.ui.marks import EMOJIS, Marks
from bot.ui.practice.quiz import options_screen, outcome_screen, question_screen
from bot.ui.question import card
from bot.ui.worded import for_operator

Message = list[dict[str, Any]]
"""The components of a message, as Discord takes them."""
EMOJI_IDS = {name: 10**17 + number for number, name in enumerate(EMOJIS)}
"""By these ids the page asks for the bot's own emojis."""
ADA, GRACE, LINUS = 1, 2, 3
_FACES = {ADA: Face("Ada"), GRACE: Face("Grace"), LINUS: Face("Linus")}
_WRONG_TEXT, _WRONG_NUMBER = "something else", 10**9
_LONG_AGO_MS = 1_600_000_000_000


class Previews:
    """Draws messages; ``pictures`` are the addresses of the course's pictures by their keys."""

    def __init__(self, pictures: Mapping[str, str]) -> None:
        self._pictures = pictures
        self._marks = Marks()
        self._marks.learn_emojis(EMOJI_IDS)

    def question(self, question: Question, pack: Pack | None, *, sound: bool) -> dict[str, Message]:
        """Each message of a question by its name; ``given-N`` is what the answer N (or 0: right, 1: wrong) comes to.

        Unless it is ``sound`` there is only what is asked: nobody knows what would be right.
        """
        section = _section(question, pack)
        letters = lettering(range(len(question.options)))
        screens = {
            "asked": question_screen(_asking(question, section, letters)),
            "round": round_screen(_game(question, letters, played=False), 0, for_operator),
        }
        if sound:
            for name, given in _answers(question, letters).items():
                screens[name] = outcome_screen(_outcome(question, section, letters, given, pack))
            wrong = next((one for one in _answers(question, letters).values() if not is_right(one, question.key)), None)
            given = wrong or next(iter(_answers(question, letters).values()))
            outcome = _outcome(question, section, letters, given, pack)
            pages = len(card.reason_pages(question, letters, question.key, given))
            screens |= {f"reasons-{page}": options_screen(outcome, page) for page in range(pages)}
            screens["reveal"] = round_screen(_game(question, letters, played=True), 0, for_operator)
        return {name: self._drawn(screen) for name, screen in screens.items()}

    def page(self, pack: Pack, section_id: str, number: int) -> Message:
        """A page of a lesson. Raises LookupError for one that is gone."""
        section = next((one for one in pack.sections if one.id == section_id), None)
        if section is None or not 0 <= number < len(section.pages):
            raise LookupError(section_id)
        page = LessonPage(SectionRef(pack, section), number, section.pages[number], None, None)
        return self._drawn(Screen(page_blocks(page)))

    def term(self, pack: Pack, term_id: str) -> Message:
        """A word of the glossary. Raises LookupError for one that is gone."""
        term = next((one for one in pack.terms if one.id == term_id), None)
        if term is None:
            raise LookupError(term_id)
        return self._drawn(term_screen(Library([pack]), TermRef(pack, term)))

    def _drawn(self, screen: Screen) -> Message:
        components: Message = screen.view(self._marks, self._pictures).to_components()  # type: ignore[no-untyped-call]
        return components


def _section(question: Question, pack: Pack | None) -> Section:
    found = next((one for one in pack.sections if one.id == question.section), None) if pack else None
    return found or Section(id=question.section, title=question.section)


def _answers(question: Question, letters: Lettering) -> dict[str, Given]:
    """An answer for each letter; in the other forms a right one and a wrong one."""
    if question.form == "choice":
        return {f"given-{place}": given for place, _ in enumerate(letters) if (given := letters.given(place))}
    places = range(len(question.options))
    if question.form == "several":
        right = tuple(place for place in places if question.options[place].correct)
        submitted: list[tuple[int, ...] | str] = [
            right,
            tuple(place for place in places if place not in right) or right[:1],
        ]
    elif question.form == "order":
        submitted = [tuple(places), tuple(reversed(places))]
    elif question.number is not None:
        submitted = [f"{question.number:g}", f"{question.number + question.tolerance + _WRONG_NUMBER:g}"]
    else:
        submitted = [question.accepted[0], _WRONG_TEXT]
    found = [given_by(question, letters, one) for one in submitted]
    return {f"given-{place}": given for place, given in enumerate(found) if given is not None}


def _asking(question: Question, section: Section, letters: Lettering) -> Asking:
    asked = Asked(0, question.id, question.content_hash, tuple(option for _, option in letters))
    return Asking(Run(1, ADA, 1, "course", None, None, (asked,)), asked, question, section)


def _outcome(question: Question, section: Section, letters: Lettering, given: Given, pack: Pack | None) -> Outcome:
    right = is_right(given, question.key)
    belief = question.options[given.option].misconception if given.option is not None else None
    myths = pack.head.misconceptions if pack and not right else []
    return Outcome(
        asking=_asking(question, section, letters),
        given=given,
        correct=right,
        points=POINTS_FOR_RIGHT if right else 0,
        standing=QuestionStanding.NEW,
        in_server=True,
        doubled=False,
        misconception=next((one for one in myths if one.id == belief), None),
        is_last=False,
    )


def _game(question: Question, letters: Lettering, *, played: bool) -> GameView:
    """A game of three of which this is the first question: open, or over with one right answer of two."""
    plan = RoundPlan(question.id, FilePlace(question.key), tuple(option for _, option in letters))
    state = Competition(
        ADA,
        paced("calm", 5, 1),
        Phase.REVEALING if played else Phase.ASKING,
        tuple(Player(one, _LONG_AGO_MS) for one in _FACES),
        (plan,) * 5,
        0,
    )
    answers = list(_answers(question, letters).values()) if played else []
    right = next((one for one in answers if plan.is_right(one)), None)
    wrong = next((one for one in answers if not plan.is_right(one)), None)
    given = {member: one for member, one in ((ADA, right), (GRACE, wrong)) if one is not None}
    if played:
        told = {member: RoundAnswer(one, 4_000) for member, one in given.items()}
        over = Played(told, {member: 1_000 if member == ADA else 0 for member in given})
        state = replace(state, played=(over,))
    game = Game(1, 1, 1, "course", Setup((), None, "calm"), state, (question,) * 5, None)
    return GameView(game, _FACES)
