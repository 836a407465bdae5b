"""The shape of a pack: course, lessons, questions. Everything here is plain data."""

import hashlib
import json
import math
from functools import cached_property
from typing import Annotated, Literal, NamedTuple, get_args

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

LETTERS = "ABCDEFGHIJ"
"""What options are called, in the order in which they are shown."""
LONGEST_ID, LONGEST_PACK_ID, LONGEST_SECTION_ID = 48, 30, 40
LONGEST_TITLE, LONGEST_LINE = 60, 300
LONGEST_STEM, LONGEST_OPTION, LONGEST_REASON, LONGEST_EXPLANATION, LONGEST_CODE = 1_500, 200, 400, 800, 2_000
MOST_TYPED = 100
"""So many characters of what members type are taken."""
MOST = 5_000
"""So many things of a kind in one file: no file that is small enough to be read holds more that can be right."""
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=LONGEST_ID)]
# Both stand in custom ids, of which Discord takes 100 characters.
PackId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=LONGEST_PACK_ID)]
SectionId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=LONGEST_SECTION_ID)]
Line = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_LINE, pattern=r"^[^\n]*$")]
Title = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_TITLE, pattern=r"^[^\n]*$")]
# A locale: https://www.rfc-editor.org/rfc/rfc5646
Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$", max_length=35)]
Code = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_CODE)]
Address = Annotated[str, StringConstraints(pattern=r"^https://[^\s]+$", max_length=300)]
PictureName = Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=r"^[^\n]*$")]
"""In a file of a course the name of a file in its ``pictures/``; once it is loaded, the picture's key (`pictures.py`)."""
Alt = Annotated[str, StringConstraints(max_length=LONGEST_LINE, pattern=r"^[^\n]*$")]
"""What a picture shows, for those who can't see it; needed where there is a picture."""
Version = Annotated[str, StringConstraints(pattern=r"^3\.\d{1,2}$")]
# A name that Discord's highlighter knows, or none: https://highlightjs.readthedocs.io/en/latest/supported-languages.html
CodeLanguage = Annotated[str, StringConstraints(pattern=r"^[a-z0-9+#.-]{0,20}$")]
Standard = Literal["proven", "explained", "plain"]
"""What a course promises: its programs are run; each option has its reason; or only what is right."""
STANDARDS: tuple[Standard, ...] = get_args(Standard)
Kind = Literal["recall", "understand", "apply", "debug", "design"]
KINDS: tuple[Kind, ...] = get_args(Kind)
Difficulty = Literal["easy", "medium", "hard"]
FormName = Literal["choice", "several", "typed", "order"]
"""How a question is answered: one option, the right set of options, a text or a number, or the right order."""


class _Model(BaseModel):
    # Most of what a model costs is its validator, which is not needed before the first pack is read.
    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=False, defer_build=True)


class PictureFile(NamedTuple):
    """A picture of a course: its author's name for it, which nobody else sees, and the bytes that are shown."""

    name: str
    data: bytes


class Topic(_Model):
    """What a section is about, finer than the section."""

    id: Slug
    title: Line
    section: Slug


class Misconception(_Model):
    """A belief that wrong options stand for, the sentence that puts it right, and the demo that shows it."""

    id: Slug
    belief: Line
    correction: Line
    section: Slug
    demo: Slug | None = None


class Blueprint(_Model):
    """How many questions the bank wants: of each topic by kind, and of each kind by difficulty (easy, medium, hard)."""

    topics: dict[Slug, Annotated[list[int], Field(min_length=5, max_length=5)]]
    difficulties: dict[Kind, Annotated[list[int], Field(min_length=3, max_length=3)]]


REVIEW_WITHIN_DAYS = 60
MOST_SECTIONS = 200
MOST_PAGES = 12


class PackHead(_Model):
    """``pack.yaml``: the course's name and the order of its sections."""

    id: PackId
    title: Title
    subtitle: Annotated[str, StringConstraints(max_length=100, pattern=r"^[^\n]*$")] = ""
    description: Line | Literal[""] = ""
    language: Language = "en"
    """What it is written in; the rules of English style hold for English alone."""
    standard: Standard = "proven"
    code_language: CodeLanguage = "python"
    """What its code is, where a page or a question doesn't say otherwise."""
    licence: Line | None = None
    """Under which its questions may be used, where a question doesn't say otherwise."""
    sections: Annotated[list[Slug], Field(min_length=1, max_length=MOST_SECTIONS)]
    topics: Annotated[list[Topic], Field(min_length=1, max_length=MOST)]
    misconceptions: Annotated[list[Misconception], Field(max_length=MOST)] = []
    blueprint: Blueprint | None = None
    review_within_days: Annotated[int, Field(ge=2, le=365)] = REVIEW_WITHIN_DAYS
    """What is known comes back for review within so many days."""

    @property
    def is_english(self) -> bool:
        """Whether the rules of English words, style and question marks hold for it."""
        return self.language.partition("-")[0] == "en"


class ProvenHead(PackHead):
    """The same of a course that is *proven*: it also says what it is about, and its topics."""

    description: Line


class Term(_Model):
    """A word of the glossary: its meaning in one sentence, the other names it goes by, where the lesson explains it.

    ``alt`` says what its picture shows, for those who can't see it.
    """

    id: Slug
    name: Title
    also: Annotated[list[Title], Field(max_length=10)] = []
    meaning: Line
    picture: PictureName | None = None
    alt: Alt = ""
    section: Slug | None = None
    source: Address | None = None


class Glossary(_Model):
    """``glossary.yaml``, which a pack may have."""

    terms: Annotated[list[Term], Field(min_length=1, max_length=500)]


class Figure(_Model):
    """What a demo of ours measured, in words, and the demo that measures it again."""

    text: Annotated[str, StringConstraints(min_length=1, max_length=400)]
    demo: Slug


class Page(_Model):
    """One phone screen of a section: words, code that runs, more words.

    ``picture`` stands below the first words, and ``alt`` says what it shows, for those who can't see it.
    ``since`` marks what is there only from that Python on, ``mistake`` a common mistake; ``links`` are sections that the
    page leads back to, ``refutes`` the misconceptions that it puts right.
    """

    title: Annotated[str, StringConstraints(min_length=1, max_length=80, pattern=r"^[^\n]*$")]
    text: Annotated[str, StringConstraints(min_length=1, max_length=1_200)]
    picture: PictureName | None = None
    alt: Alt = ""
    code: Code | None = None
    code_language: CodeLanguage = "python"
    output: Annotated[str, StringConstraints(max_length=600)] | None = None
    after: Annotated[str, StringConstraints(max_length=1_200)] | None = None
    source: Address | None = None
    since: Version | None = None
    figure: Figure | None = None
    mistake: bool = False
    links: Annotated[list[Slug], Field(max_length=25)] = []
    refutes: Annotated[list[Slug], Field(max_length=10)] = []


Summary = Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=r"^[^\n]*$")]


class Section(_Model):
    """A lesson's section: a question to open with, pages, what to remember, and the demos that show it.

    In a course without a lesson it is a title for its questions, and has no pages.
    """

    id: SectionId
    title: Title
    summary: Summary | Literal[""] = ""
    demos: Annotated[list[Slug], Field(max_length=25)] = []
    opening: Annotated[str, StringConstraints(min_length=1, max_length=300)] | None = None
    pages: Annotated[list[Page], Field(max_length=MOST_PAGES)] = []
    remember: Annotated[list[Line], Field(max_length=5)] = []


class Lesson(Section):
    """A section as a file of ``lessons/`` has it: with pages."""

    pages: Annotated[list[Page], Field(min_length=1, max_length=MOST_PAGES)]


class ProvenLesson(Lesson):
    """The same in a course that is *proven*: it also says what it is about, and what to remember."""

    summary: Summary
    remember: Annotated[list[Line], Field(min_length=1, max_length=5)]


OTHER = "other"
"""What a wrong option names instead of a misconception when only a slip of reading leads to it."""


MOST_OPTIONS = len(LETTERS)
MOST_ACCEPTED = 50
Accepted = Annotated[str, StringConstraints(min_length=1, max_length=MOST_TYPED, pattern=r"^[^\n]*$")]
Reason = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_REASON)]
Explanation = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_EXPLANATION)]


class Option(_Model):
    """One choice; with a reason of its own, where the course explains them, and the misconception that leads to it."""

    text: Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_OPTION)]
    correct: bool = False
    why: Reason | Literal[""] = ""
    misconception: Slug | None = None


class Proof(_Model):
    """A program and what it must print; without ``script`` the question's own code is the program."""

    script: Code | None = None
    prints: Annotated[str, StringConstraints(max_length=1_000)]


class Program(_Model):
    """A whole program and what it prints."""

    script: Code
    prints: Annotated[str, StringConstraints(max_length=1_000)]


class Question(_Model):
    """A question, in one of four forms.

    The options of a *choice* and of *several* say which of them are right; those of an *order* stand in the right order, and
    ``orders`` has others that are right too, as places from 1. A *typed* one has none: right is one of the ``accepted``
    texts, or a ``number`` that is no further away than the ``tolerance``. Where ``marks`` is set accents count too; where
    ``near_counts`` is, a slip of one letter counts as right in competitions and the daily. ``items_are_code``: what is put in
    order are lines of code. ``licence`` and ``source`` say where it comes from: an address, or words. ``picture`` is shown
    with what is asked, ``explanation_picture`` with the rule; ``alt`` and ``explanation_alt`` say what they show.
    """

    id: Slug
    section: Slug
    topic: Slug
    kind: Kind
    difficulty: Difficulty
    core: bool
    family: Slug
    enemies: Annotated[list[Slug], Field(max_length=MOST)] = []
    form: FormName = "choice"
    stem: Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_STEM)]
    picture: PictureName | None = None
    alt: Alt = ""
    code: Code | None = None
    code_language: CodeLanguage = "python"
    options: Annotated[list[Option], Field(max_length=MOST_OPTIONS)] = []
    orders: Annotated[list[list[int]], Field(max_length=20)] = []
    items_are_code: bool = False
    language: Language = "en"
    """Of its course: by it a number that is typed is read."""
    accepted: Annotated[list[Accepted], Field(max_length=MOST_ACCEPTED)] = []
    number: Annotated[float, Field(allow_inf_nan=False)] | None = None
    tolerance: Annotated[float, Field(ge=0, allow_inf_nan=False)] = 0
    marks: bool = False
    near_counts: bool = False
    explanation: Explanation | Literal[""] = ""
    explanation_picture: PictureName | None = None
    explanation_alt: Alt = ""
    source: Line | None = None
    licence: Line | None = None
    since: Version | None = None
    until: Version | None = None
    build: Literal["standard", "free-threaded"] | None = None
    proof: Proof | None = None
    repaired: Program | None = None

    @cached_property
    def key(self) -> int:
        """The right option's place in the file, from 0; in the other forms 0 stands for what is right."""
        return next((i for i, option in enumerate(self.options) if option.correct), 0) if self.form == "choice" else 0

    @property
    def answer(self) -> str:
        """What is right, in the author's words."""
        if self.form == "typed":
            return self.accepted[0] if self.accepted else f"{self.number:g}"
        shown = self.options if self.form == "order" else [option for option in self.options if option.correct]
        return " · ".join(option.text.strip() for option in shown)

    @cached_property
    def guessed_share(self) -> float:
        """The share of right answers of somebody who knows nothing."""
        size = len(self.options)
        ways: dict[FormName, int] = {"choice": size, "several": 2 ** max(size, 1) - 1, "order": math.factorial(size)}
        return (1 + len(self.orders)) / ways[self.form] if self.form in ways else 0.0

    @cached_property
    def content_hash(self) -> str:
        """16 hex digits that change with stem, picture, code, an option or the key: a new version of the question."""
        content: list[object] = [self.stem, self.code, [(o.text, o.correct) for o in self.options]]
        if self.form != "choice":  # those of a choice are as they were before there were other forms
            # One that is left out is 0 in a course, and comes back as 0.0 from where a game keeps the question.
            tolerance = self.tolerance or 0
            content += [self.form, self.orders, self.accepted, self.number, tolerance, self.marks]
        if self.picture:  # its key, which changes with the file's bytes; what it shows in words is a wording
            content += ["picture", self.picture]
        return hashlib.sha256(json.dumps(content, ensure_ascii=False).encode()).hexdigest()[:16]


class ExplainedQuestion(Question):
    """A question that says of each option why, what the rule is, and where that stands."""

    explanation: Explanation
    source: Line


class ProvenQuestion(Question):
    """A question of a course whose programs are run: see `bot/packs/item_writing.py` for what else holds."""

    stem: Annotated[str, StringConstraints(min_length=1, max_length=500)]
    explanation: Explanation
    source: Address | None = None


class QuestionFile(_Model):
    """One file under ``questions/``."""

    questions: Annotated[list[Question], Field(min_length=1, max_length=MOST)]


class ExplainedFile(QuestionFile):
    """The same in a course that is *explained*."""

    questions: Annotated[list[ExplainedQuestion], Field(min_length=1, max_length=MOST)]  # type: ignore[assignment]


class ProvenFile(QuestionFile):
    """The same in a course that is *proven*."""

    questions: Annotated[list[ProvenQuestion], Field(min_length=1, max_length=MOST)]  # type: ignore[assignment]


LESSONS: dict[Standard, type[Section]] = {"proven": ProvenLesson, "explained": Lesson, "plain": Lesson}
BANKS: dict[Standard, type[QuestionFile]] = {"proven": ProvenFile, "explained": ExplainedFile, "plain": QuestionFile}


class Pack(_Model):
    """A whole course, put together from its files."""

    head: PackHead
    sections: list[Section]
    questions: list[Question]
    terms: list[Term] = []
    pictures: Annotated[dict[str, PictureFile], Field(exclude=True)] = {}
    """By their keys."""
    left_out: Annotated[list[str], Field(exclude=True)] = []
    """Of each question that can't be shown or graded, and so is not asked: where it stands and why, in a line."""

    @property
    def id(self) -> str:
        """The pack's name in the database and in ids."""
        return self.head.id


def json_schema() -> dict[str, object]:
    """The JSON Schemas of the kinds of file, for editors."""
    return {
        "pack.yaml": ProvenHead.model_json_schema(),
        "glossary.yaml": Glossary.model_json_schema(),
        "lessons/*.yaml": ProvenLesson.model_json_schema(),
        "questions/*.yaml": ProvenFile.model_json_schema(),
    }
