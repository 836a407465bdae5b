"""A course made for the services' tests, and a clock that stands until it is told to move."""

from bot.packs.library import Library, LibraryOf
from bot.packs.models import Pack, PackHead, Page, Question, Section

NOON = 1_795_348_800_000
"""Sunday, 22 November 2026, noon UTC."""
HOUR = 3_600_000
DAY = 24 * HOUR


class HandClock:
    """A clock that is moved by hand."""

    def __init__(self, now_ms: int = NOON) -> None:
        self.now = now_ms

    def now_ms(self) -> int:
        return self.now

    def advance(self, ms: int) -> int:
        self.now += ms
        return self.now


def section(section_id: str, pages: int) -> Section:
    return Section(
        id=section_id,
        title=section_id.capitalize(),
        summary=f"All about {section_id}.",
        pages=[Page(title=f"{section_id} {n}", text=f"Page {n} of {section_id}.") for n in range(pages)],
        remember=["It is one plant."],
    )


def question(
    question_id: str, section_id: str = "water", options: int = 4, stem: str = "", **fields: object
) -> Question:
    """A question whose option 1 is right."""
    return Question.model_validate(
        {
            "id": question_id,
            "section": section_id,
            "topic": "heat",
            "kind": "recall",
            "difficulty": "easy",
            "core": True,
            "family": f"family-{question_id}",
            "stem": stem or f"What is it that {question_id} asks about?",
            "options": [
                {
                    "text": f"{question_id} option {n}",
                    "correct": n == 1,
                    "why": f"Because of reason {n}.",
                    "misconception": None if n == 1 else "hotter",
                }
                for n in range(options)
            ],
            "explanation": "A rule that is long enough to be one.",
            **fields,
        }
    )


QUESTIONS = [question(f"w{n}") for n in range(4)] + [
    question("l0", "leaves", difficulty="hard"),
    question("l1", "leaves", difficulty="medium"),
]


def library(questions: list[Question] | None = None, pack_id: str = "tea") -> Library:
    head = PackHead.model_validate(
        {
            "id": pack_id,
            "title": "Tea",
            "description": "How tea is made.",
            "sections": ["leaves", "water", "summary"],
            "topics": [{"id": "heat", "title": "Heat", "section": "water"}],
            "misconceptions": [
                {"id": "hotter", "belief": "Hotter is better.", "correction": "It is not.", "section": "water"}
            ],
        }
    )
    sections = [section("leaves", 3), section("water", 2), section("summary", 1)]
    return Library([Pack(head=head, sections=sections, questions=QUESTIONS if questions is None else questions)])


def everywhere(courses: Library) -> LibraryOf:
    """The same courses in every server."""
    return lambda _guild_id: courses
