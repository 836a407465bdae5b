"""Whatever a pack's author writes: what `check` and a start let pass, Discord takes, on every screen that shows it."""

import json
from collections.abc import Iterator
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

from hall import GALLERY, assert_fits_discord, walk
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st
from in_english import say
from painted import picture
from test_ui_layouts import BIG, asking, drawn, outcomes, pages

from bot.model.dailies import Daily
from bot.model.games import Game, Setup
from bot.model.members import Face
from bot.model.rulings import Subject
from bot.model.servers import Server
from bot.packs.library import Library, SectionRef, TermRef
from bot.packs.loading import Loaded, load_packs, read_packs
from bot.packs.models import Misconception, Pack, Question
from bot.quiz.board.streaks import Streak
from bot.quiz.competition.events import Answer, Join, Opened, Start, Tick
from bot.quiz.competition.game import step
from bot.quiz.competition.lobby import opened_by
from bot.quiz.competition.state import RoundPlan, Rules
from bot.quiz.practice.mastery import Mastery
from bot.quiz.practice.mixups import Mixup
from bot.quiz.practice.plan import Plan as Ahead
from bot.quiz.practice.reviewing import Due
from bot.quiz.question.asking import Shares, Sureness, chose
from bot.services.calendar.daily_views import DailyView, MyDaily
from bot.services.competition.views import GameView, MyResult
from bot.services.lesson.lessons import Contents, ContentsLine
from bot.services.practice.progress import MixupView, Next, Progress, SectionProgress
from bot.services.practice.views import Summary
from bot.services.question.flags import FlaggedItem
from bot.services.server.groups import Group, GroupBelief, GroupSection
from bot.ui.calendar.daily import daily_screen, my_answer_screen
from bot.ui.competition import reveals as game_reveals
from bot.ui.help import help_screen
from bot.ui.layouts import CoursePicture, Screen
from bot.ui.lesson.lessons import contents_screen, page_screen, section_choices, section_screen, shared_screen
from bot.ui.lesson.terms import term_choices, term_screen
from bot.ui.marks import Marks
from bot.ui.practice.progress import mixup_screen, progress_screen
from bot.ui.practice.quiz import options_screen, outcome_screen, page_between_screen, question_screen
from bot.ui.practice.summary import summary_screen
from bot.ui.question.flags import item_screen
from bot.ui.server.group import group_screen
from bot.ui.server.setup import setup_screen

DEMOS = {"cpu-work": "Work for the processor", "io-wait": "Waiting for a server"}
LETTERS = "abc DEF 漢字かな हिन्दी ကောင်း ابجد עברית 🫖👩‍🏫é?!.,;:-'\""
MARKUP = ["*", "**", "_", "__", "||", "~~", "`", "```", "\n", "> ", "# ", "- ", "1. ", "\\", "@everyone", "<t:1>", "|"]
BLANKS = [" ", "\t", "\u200b", "\u3164", "\u2800", "\x07", "\u202e", "\u2028"]
PICTURE = picture()
NOON = 1_795_348_800_000


@st.composite
def texts(draw: st.DrawFn, longest: int, *, shortest: int = 1) -> str:
    """Words of some alphabet up to the limit of the field, once in a while with markup or of nothing but blanks."""
    alphabet = draw(st.sampled_from(["plain words ", "漢字", "🫖", "كتاب ", "हिन्दी ", "W"]))
    length = draw(st.one_of(st.integers(shortest, longest), st.just(longest)))
    text = (alphabet * length)[:length]
    kind = draw(st.integers(0, 150))
    if kind == 0:
        return draw(st.sampled_from(BLANKS)) * draw(st.integers(1, 3))
    if kind <= 3:
        mark = draw(st.sampled_from(MARKUP + BLANKS))
        at = draw(st.integers(0, length))
        text = text[:at] + mark + draw(st.text(LETTERS, max_size=8)) + draw(st.sampled_from(["", mark])) + text[at:]
    return text[:longest].strip() or "x"


def optional(strategy: st.SearchStrategy[str]) -> st.SearchStrategy[str | None]:
    return st.one_of(st.none(), strategy)


@st.composite
def pictured(draw: st.DrawFn, prefix: str = "") -> dict[str, str]:
    """The fields of a picture, now and then."""
    if draw(st.integers(0, 3)):
        return {}
    return {f"{prefix}picture": "anything.png", f"{prefix}alt": draw(texts(300))}


code = st.integers(1, 20).map(lambda lines: "\n".join(["c" * 60] * lines))
source = st.just("https://example.org/" + "x" * 280)


@st.composite
def questions(draw: st.DrawFn, number: int, section: str) -> dict[str, Any]:
    size = draw(st.sampled_from([1, 2, 4]))  # not each of them at its limit, or none would pass
    options = [
        {
            "text": f"{place} " + draw(texts(198 // size)),
            "why": f"{place} " + draw(texts(398 // size)),
            **({"correct": True} if place == 0 else {"misconception": draw(st.sampled_from(["belief", "other"]))}),
        }
        for place in range(draw(st.integers(3, 4)))
    ]
    return {
        "id": f"q{number}".ljust(48, "q"),
        "section": section,
        "topic": "topic",
        "kind": "understand",
        "difficulty": "medium",
        "core": True,
        "family": f"f{number}",
        "stem": draw(texts(500 // size)),
        **({"code": draw(code)} if draw(st.booleans()) else {}),
        "options": options,
        "explanation": draw(texts(800 // size)),
        "source": draw(source),
        **draw(pictured()),
        **draw(pictured("explanation_")),
    }


@st.composite
def pages_of(draw: st.DrawFn) -> dict[str, Any]:
    size = draw(st.sampled_from([1, 2, 4]))
    page = {
        "title": draw(texts(80)),
        "text": draw(texts(1_200 // size)),
        "code": draw(optional(code)) if size > 1 else None,
        "output": draw(optional(code)) if size > 2 else None,
        "after": draw(optional(texts(1_200 // size))),
        "source": draw(st.one_of(st.none(), source)),
        "mistake": draw(st.booleans()),
        "since": "3.13",
        **draw(pictured()),
    }
    return {key: value for key, value in page.items() if value is not None}


@st.composite
def packs(draw: st.DrawFn) -> dict[str, Any]:
    """The files of a pack: most are sound, and many as large as they may be."""
    many = draw(st.sampled_from([1, 2, 25]))
    names = [f"s{number}".ljust(40, "s") for number in range(many)]
    lesson = {
        "summary": draw(texts(100)),
        "opening": draw(texts(300)),
        "pages": [draw(pages_of()) for _ in range(draw(st.integers(1, 2)))],
        "remember": [draw(texts(300 // draw(st.integers(1, 5)))) for _ in range(draw(st.integers(1, 5)))],
    }
    title = draw(texts(60))
    terms = [
        {"id": f"t{n}", "name": f"{n} {title}"[:60], "also": [draw(texts(60))], "meaning": draw(texts(300))}
        for n in range(draw(st.sampled_from([1, 30])))
    ][: draw(st.integers(0, 30))]
    terms = [{**one, **draw(pictured())} for one in terms[:2]] + terms[2:]
    head = {
        "id": "p" * 30,
        "title": draw(texts(60)),
        "subtitle": draw(texts(100)),
        "description": draw(texts(300)),
        "language": draw(st.sampled_from(["ja", "pt-BR", "en"])) if draw(st.integers(0, 3)) == 0 else "ja",
        "sections": names,
        "topics": [{"id": "topic", "title": draw(texts(60)), "section": names[0]}],
        "misconceptions": [
            {"id": "belief", "belief": draw(texts(300)), "correction": draw(texts(300)), "section": names[0]}
        ],
    }
    files: dict[str, Any] = {"pack.yaml": head}
    for name in names:
        files[f"lessons/{name}.yaml"] = {"id": name, "title": title, **lesson}
    files["questions/all.yaml"] = {"questions": [draw(questions(n, names[0])) for n in range(2)]}
    if terms:
        files["glossary.yaml"] = {
            "terms": [{**one, "also": [f"{n} {one['also'][0]}"[:60]]} for n, one in enumerate(terms)]
        }
    return files


@st.composite
def plain_packs(draw: st.DrawFn) -> dict[str, Any]:
    """The files of a plain course: what it can leave out it may, and much of it is as large as it may be."""
    many = draw(st.sampled_from([1, 3, 26, 200]))
    names = [f"{number} {draw(st.sampled_from(['Verbs', '動詞', 'كلمات']))}" for number in range(many)]

    def question(number: int) -> dict[str, Any]:
        size = draw(st.sampled_from([1, 3, 9]))
        options = [
            {
                "text": f"{place} " + draw(texts(198 // size)),
                **({"why": draw(texts(400))} if draw(st.booleans()) else {}),
                **({"correct": True} if place == 0 else {}),
            }
            for place in range(draw(st.integers(2, 10)))
        ]
        asked: dict[str, Any] = {"stem": draw(texts(1_500 // size)), "section": names[0], "options": options}
        for field, value in (
            ("code", code),
            ("explanation", texts(800)),
            ("source", texts(300)),
            ("licence", texts(300)),
        ):
            if draw(st.integers(0, 2)) == 0:
                asked[field] = draw(value)
        return asked | draw(pictured()) | draw(pictured("explanation_"))

    head = {"standard": "plain", "title": draw(texts(60)), "language": "ja", "sections": names}
    return {"pack.yaml": head, "questions/all.yaml": {"questions": [question(n) for n in range(2)]}}


def read(folder: Path, files: dict[str, Any]) -> Loaded:
    for name, data in files.items():
        path = folder / "pack" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(data, ensure_ascii=False), "utf-8")
    if "anything.png" in json.dumps(files):
        (folder / "pack" / "pictures").mkdir()
        (folder / "pack" / "pictures" / "anything.png").write_bytes(PICTURE)
    [loaded] = read_packs(folder)
    return loaded


folders = count()


@settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.one_of(packs(), plain_packs()))
def test_what_a_start_lets_pass_is_shown_on_every_screen(tmp_path: Path, files: dict[str, Any]) -> None:
    folder = tmp_path / str(next(folders))
    loaded = read(folder, files)
    event("refused" if loaded.errors else "passed")
    assert {str(one) for one in loaded.errors} == {
        str(one) for found in read_packs(folder, thorough=True) for one in found.errors
    }
    if loaded.errors:
        return
    [pack] = load_packs(folder)
    library = Library([pack])
    event(f"{len(pack.pictures)} pictures")
    for screen in screens(pack):
        assert_fits_discord(drawn(screen))
        assert_shows_its_pictures(screen, library)
    for choice in (*section_choices(library, ""), *term_choices(library, "")):
        assert 1 <= len(choice.name.strip()) <= 100


def assert_shows_its_pictures(screen: Screen, library: Library) -> None:
    """A screen with pictures of its course has each of them with its words, within the same limits."""
    marks = Marks()
    marks.learn_pictures(library.picture)
    shown = [(block.key, block.alt) for block in screen.blocks if isinstance(block, CoursePicture)]
    if shown:
        view, files = screen.ready(marks)
        components = view.to_components()
        assert_fits_discord(components)
        galleries = [one for one in walk(components) if one["type"] == GALLERY]
        items = [(item["media"]["url"], item["description"]) for one in galleries for item in one["items"]]
        assert items == [(f"attachment://{key}", alt) for key, alt in shown]
        assert {one.filename for one in files} == {key for key, _alt in shown}


def screens(pack: Pack) -> Iterator[Screen]:
    """Every screen that shows what an author wrote, at its fullest."""
    library, head = Library([pack]), pack.head
    refs = library.sections
    lines = [ContentsLine(ref, 1, len(ref.section.pages)) for ref in refs]
    for resume in (None, *([(refs[-1], 0)] if refs[-1].section.pages else [])):
        for part in range(-(-len(refs) // 25)):
            contents = Contents(head.id, head.title, head.subtitle, head.description, lines, resume)
            yield contents_screen(contents, part=part)
    yield section_screen(refs[0])
    for page in list(pages(pack))[:4]:
        page = replace(page, terms=pack.terms)
        yield page_screen(page, DEMOS, in_server=True)
        yield shared_screen(page)
        remark = (
            f"Next for you: 20 reviews of what is due, then a page of your weakest section, *{refs[0].section.title}*"
        )
        yield page_between_screen(page, asking(pack.questions[0]), f"{remark}, then 10 new questions.")
    for term in pack.terms[:2]:
        yield term_screen(library, TermRef(pack, term))
    yield help_screen(library, in_server=True, manager=True)
    courses = [(head.title, f"{head.id}{number}", head.description) for number in range(25)]
    yield setup_screen(Server(), BIG, 2 * 10**12, courses)
    for belief in head.misconceptions or [None]:
        yield from _of_a_learner(pack, refs, belief)
    for question in pack.questions:
        yield from _of_a_question(pack, question)


def _of_a_learner(pack: Pack, refs: list[SectionRef], belief: Misconception | None) -> Iterator[Screen]:
    page = (refs[0], 0) if refs[0].section.pages else None
    mixed_up = [MixupView(Mixup(belief.id, 9, NOON, 0.9, gone=False), belief, page)] if belief else []
    known = [SectionProgress(ref, Mastery(0.5, 0.3, 0.8, 10**6, 10**5), 1) for ref in refs]
    ahead = Next(Ahead(20, refs[0].section.id, 0, is_weak=True), refs[0], 10)
    calibration = dict.fromkeys(Sureness, (10**6, 10**5))
    streak = Streak(10**6, today=False, grace_used=True)
    courses = [(f"{pack.id}{n}", pack.head.title) for n in range(25)]
    told = (10**7, 10**6, streak, calibration, Due(9, 9, 9, 9), mixed_up, ahead)
    yield progress_screen(Progress(pack.id, pack.head.title, courses, known, *told))
    for mixup in mixed_up:
        yield mixup_screen(pack.id, mixup, DEMOS)
    weak = [GroupSection(ref, 10**6, 0.5, 0.3, 0.8) for ref in refs]
    yield group_screen(
        Group(pack.id, pack.head.title, courses, 10**6, weak, [GroupBelief(belief, 10**6, 10**6)] * 6 if belief else [])
    )


def _of_a_question(pack: Pack, question: Question) -> Iterator[Screen]:
    yield question_screen(asking(question), "There are only 19 questions like that, so this quiz has 19.")
    for outcome in outcomes(question, pack):
        outcome = replace(outcome, terms=pack.terms)
        yield outcome_screen(outcome)
        for page in range(3):
            yield options_screen(outcome, page)
    run = asking(question, chosen=0).run
    yield summary_screen(Summary(run, [question] * 20, SectionRef(pack, pack.sections[0])))
    yield item_screen(
        FlaggedItem(
            Subject(1, pack.id, question.id, question.content_hash), question, None, [], [], None, earlier=False
        ),
        say,
    )
    order = tuple(reversed(range(len(question.options))))
    daily = Daily(1, "2026-11-27", 2, pack.id, question, order, NOON, NOON + 1, BIG, None, BIG)
    title = pack.sections[0].title
    yield daily_screen(DailyView(daily, title, 10**6, 10**6, last=(BIG, BIG)))
    closed = daily._replace(closed_ms=NOON)
    yield daily_screen(DailyView(closed, title, 10**6, 10**6, Shares(10**6, 10**5, dict.fromkeys(order, 10**6))))
    for choice in (None, *range(len(order))):
        given_answer = None if choice is None else chose(choice)
        yield my_answer_screen(MyDaily(closed, given_answer, 10, 10**6, question.key))
    yield from _of_a_round(pack, question, order)


def _of_a_round(pack: Pack, question: Question, order: tuple[int, ...]) -> Iterator[Screen]:
    state = opened_by(1, Rules(rounds=1, pace_ms=12_000, reveal_ms=1_000, lobby_ms=60_000), NOON)
    for member in range(2, 40):
        state, _ = step(state, Join(member), NOON)
    plan = RoundPlan(question.id, question.key, order)
    state, _ = step(state, Start((plan,), 1), NOON)
    state, _ = step(state, Opened(0, NOON), NOON)
    for member in range(1, 40):
        state, _ = step(state, Answer(member, 0, member % len(order), NOON + 900 + member), NOON + 1_000)
    over, _ = step(state, Tick(), state.wake_ms)
    faces = dict.fromkeys(range(40), Face("_*~`|" * 6 + "_*"))
    for stage in (state, over):
        game = Game(2**40, 1, 2, pack.id, Setup((), None, "quick"), stage, (question,), 3)
        yield game_reveals.round_screen(
            GameView(game, faces, (), "I was away for 3600 s; that time was given back."), 0, say
        )
    for given_answer in (None, *list(over.played[0].answers.values())[:4]):
        mine = MyResult(question, plan, given_answer, 1_000, None, 40, pack.id, pack.terms)
        yield game_reveals.my_result_screen(mine)
        for page in range(3):
            yield game_reveals.reasons_screen(mine, 2**40, 0, page)
