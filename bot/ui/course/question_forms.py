"""The form in which a question is written: five fields, as they are filled in and as they come back."""

from bot.errors import NotFound
from bot.exchange.typed_form import Typed
from bot.facts import Code, fact
from bot.model.courses import OwnCourse
from bot.packs.models import LONGEST_EXPLANATION, LONGEST_LINE, FormName
from bot.packs.words import spellings
from bot.ui import ids
from bot.ui.forms import Field, Filled, Form
from bot.ui.layouts import in_short
from bot.ui.names import safe
from bot.ui.options import whole

LONGEST_FIELD = 4_000
"""What Discord takes in one field of a form."""
CODE_HINT = "Up to 1,500 characters; a block between ``` and ``` is shown as code"
FORMS: dict[FormName, str] = {
    "choice": "choice · one answer is right",
    "several": "several · all that are right must be chosen",
    "typed": "typed · the answer is typed",
    "order": "order · lines are put in order",
}
ANSWERS = {
    "choice": (
        "Answers, one a line",
        "* Paris\nLondon\nRome",
        "A star and a space before the right one; up to 200 characters each",
    ),
    "several": (
        "Answers, one a line",
        "* 2\n* 3\n4",
        "A star and a space before each right one; up to 200 characters each",
    ),
    "typed": ("What is right, one a line", "Paris\nparis, France", "Or a number: 3.14 ± 0.01"),
    "order": ("The lines in the right order", "first\nsecond\nthird", "Three to eight; members see them mixed"),
}
TITLE = 60
QUESTIONS = {
    "choice": "What is the capital of France?",
    "several": "Which of these are even?",
    "typed": "What is the capital of France?",
    "order": "Put the planets in order, the nearest to the sun first.",
}


def question_form(course: OwnCourse, form: str, form_id: str) -> Form:
    """The empty form of a question of this form, for a course."""
    name = form_name(form)
    label, example, hint = ANSWERS[name]
    explained = course.outline.standard == "explained"
    reasons = Field(
        "reasons",
        "Reasons, one a line",
        "Why each answer is right or wrong, in the same order",
        LONGEST_FIELD,
        optional=not explained,
    )
    return Form(
        in_short(f"Question for {course.outline.title}", 45),
        form_id,
        [
            Field(
                "question",
                "Question",
                "What is the capital of France?",
                LONGEST_FIELD,
                hint="The first ``` block is its code",
            ),
            Field("answers", label, example, LONGEST_FIELD, hint=hint),
            *([] if name in ("typed", "order") else [reasons]),
            Field(
                "explanation",
                "The rule behind it",
                "What a learner should remember, in a sentence",
                LONGEST_EXPLANATION,
                optional=not explained,
            ),
            Field("source", "Source", "An address or a book", LONGEST_LINE, short=True, optional=not explained),
        ],
    )


def form_name(text: str) -> FormName:
    """The name of a form in a custom id or an option. Raises UserError for none."""
    for name in FORMS:
        if name == text:
            return name
    raise ids.stale()


def section_number(course: OwnCourse, section: str | None) -> int:
    """The place of the section that was typed; the first where none was. Raises NotFound."""
    if not section:
        return 0
    wanted = spellings(whole(section))[1]
    for number, title in enumerate(course.outline.sections):
        if spellings(title)[1] == wanted:
            return number
    raise NotFound(fact(Code.NO_SUCH_SECTION, titles=tuple(safe(one, TITLE) for one in course.outline.sections)))


def typed_of_form(filled: Filled, *, form: FormName, section: str) -> Typed:
    """What was filled in."""
    return Typed(
        question=filled.get("question", ""),
        answers=filled.get("answers", ""),
        reasons=filled.get("reasons", ""),
        explanation=filled.get("explanation", ""),
        source=filled.get("source", ""),
        form=form,
        section=section,
    )


def form_of_typed(typed: Typed) -> dict[str, str]:
    """What the form shows of what was typed before."""
    return {
        "question": typed.question[:LONGEST_FIELD],
        "answers": typed.answers[:LONGEST_FIELD],
        "reasons": typed.reasons[:LONGEST_FIELD],
        "explanation": typed.explanation[:LONGEST_EXPLANATION],
        "source": typed.source[:LONGEST_LINE],
    }
