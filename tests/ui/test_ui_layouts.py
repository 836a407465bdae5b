"""Every screen at its worst fits Discord, and none tells the right option before the answer."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC
from itertools import permutations
from typing import Any

import pytest
from hall import COURSE, assert_fits_discord, walk, words
from in_english import say

from bot.charts.timeline import Timeline, TracedRun
from bot.demos.model import Host, Measured, Sample
from bot.demos.reference import reference
from bot.demos.registry import DEMOS
from bot.facts import said
from bot.model.boards import Improved, InARow, Rated, Total
from bot.model.demos import DemoRun
from bot.model.members import Chosen, Face
from bot.model.seasons import HeldSeason
from bot.model.servers import Server
from bot.packs.library import Library, SectionRef
from bot.packs.loading import load_packs
from bot.packs.models import Misconception, Option, Pack, PackHead, Page, Question, Section, Topic
from bot.quiz.board.improvement import Improvement, Tries
from bot.quiz.board.points import QuestionStanding
from bot.quiz.board.ranking import BoardKind
from bot.quiz.board.rating import Rating
from bot.quiz.board.streaks import Streak
from bot.quiz.calendar.periods import Period, Season
from bot.quiz.practice.picking import Asked, Run
from bot.quiz.question.asking import chose, lettering
from bot.services.board.boards import SEASONS_KEPT, Board, BoardLine, Wanted
from bot.services.calendar.season_views import SeasonView
from bot.services.demo.views import DemoResult, DemoView
from bot.services.lesson.lessons import Contents, ContentsLine, LessonPage
from bot.services.practice.practising import Learner
from bot.services.practice.views import Asking, Outcome, Summary
from bot.ui import ids
from bot.ui.board.leaderboard import board_screen
from bot.ui.calendar.seasons import season_screen
from bot.ui.demo.demos import demo_screen
from bot.ui.help import help_screen
from bot.ui.layouts import Button, Download, Gallery, Picture, Row, Screen, bold, in_short, note
from bot.ui.lesson.lessons import contents_screen, page_screen, shared_screen
from bot.ui.member.settings import settings_screen
from bot.ui.practice.quiz import options_screen, outcome_screen, question_screen
from bot.ui.practice.summary import summary_screen
from bot.ui.question import answering
from bot.ui.server.setup import setup_screen

BIG = 2**63 - 1
WIDE = "W" * 60
[REAL] = load_packs(COURSE, DEMOS)


def filled(length: int, word: str = "wörd ") -> str:
    return (word * length)[:length].strip().ljust(length, "x")


def worst_question(number: int = 0) -> Question:
    """As long as the linter lets a question be (3,500 characters), with everything that a question can have."""
    option: dict[str, Any] = {"text": filled(200), "misconception": "m" * 48}
    return Question(
        id=f"{number}".rjust(48, "q"),
        section="s" * 40,
        topic="t" * 48,
        kind="understand",
        difficulty="medium",
        core=True,
        family="f" * 48,
        stem=filled(299) + "?",
        code="\n".join(["c" * 60] * 6),
        options=[
            Option(**option, why=filled(399, f"why{i} "))
            if i
            else Option(text=filled(200), why=filled(399), correct=True)
            for i in range(4)
        ],
        explanation=filled(350),
        source="https://docs.python.org/3/" + "x" * 270,
    )


def worst_pack() -> Pack:
    """As large as the models let a course be."""
    page = Page(
        title=filled(80),
        text=filled(500),
        code="\n".join(["c" * 60] * 8),
        output="o" * 60,
        after=filled(400),
        source="https://docs.python.org/3/" + "x" * 270,
    )
    names = [f"{number}".rjust(40, "s") for number in range(25)]
    sections = [
        Section(
            id=name,
            title=filled(60),
            summary=filled(100),
            demos=["cpu-work", "io-wait", "shared-counter"],
            pages=[page] * 12,
            remember=[filled(300)] * 5,
        )
        for name in names
    ]
    head = PackHead(
        id="p" * 30,
        title=filled(60),
        subtitle=filled(100),
        description=filled(300),
        sections=names,
        topics=[Topic(id="t", title="T", section=names[0])],
    )
    return Pack(head=head, sections=sections, questions=[worst_question()])


def drawn(screen: Screen) -> list[dict[str, Any]]:
    return screen.view().to_components()


def pages(pack: Pack) -> Iterator[LessonPage]:
    places = [(SectionRef(pack, section), number) for section in pack.sections for number in range(len(section.pages))]
    for before, (ref, number), after in zip([None, *places], places, [*places[1:], None], strict=False):
        yield LessonPage(ref, number, ref.section.pages[number], before, after)


def asking(question: Question, order: tuple[int, ...] | None = None, chosen: int | None = None) -> Asking:
    correct = None if chosen is None else question.options[chosen].correct
    shown = order or tuple(range(len(question.options)))
    asked = Asked(19, question.id, question.content_hash, shown, None if chosen is None else chose(chosen), correct)
    run = Run(BIG, BIG, BIG, "p" * 30, "s" * 40, "medium", (asked,) * 20)
    return Asking(
        run, asked, question, Section(id="s" * 40, title=filled(60), pages=[Page(title=filled(80), text=filled(99))])
    )


def outcomes(question: Question, pack: Pack) -> Iterator[Outcome]:
    beliefs = {one.id: one for one in pack.head.misconceptions}
    longest = Misconception(id="m", belief=filled(300), correction=filled(300), section="s")
    for chosen, option in enumerate(question.options):
        belief = beliefs.get(option.misconception or "", longest) if option.misconception else None
        for standing in (*QuestionStanding, None):
            for doubled in (True, False):
                yield outcome_of(question, chosen, belief, standing, doubled=doubled)


def outcome_of(
    question: Question,
    chosen: int,
    belief: Misconception | None,
    standing: QuestionStanding | None = None,
    *,
    doubled: bool = False,
) -> Outcome:
    return Outcome(
        asking(question, chosen=chosen),
        given=chose(chosen),
        correct=question.options[chosen].correct,
        points=10,
        standing=standing,
        in_server=False,
        doubled=doubled,
        misconception=belief,
        is_last=True,
    )


@pytest.mark.parametrize("pack", [REAL, worst_pack()], ids=["real", "worst"])
@pytest.mark.parametrize("in_server", [True, False])
def test_every_page_fits(pack: Pack, in_server: bool):
    titles = {demo.id: demo.title for demo in DEMOS.values()} if in_server else {}
    for page in pages(pack):
        assert_fits_discord(drawn(page_screen(page, titles, in_server=in_server)))
        assert_fits_discord(drawn(shared_screen(page)))


@pytest.mark.parametrize("pack", [REAL, worst_pack()], ids=["real", "worst"])
@pytest.mark.parametrize("read", [0, 3, 12])
def test_every_table_of_contents_fits_and_names_all_sections(pack: Pack, read: int):
    refs = [SectionRef(pack, section) for section in pack.sections]
    lines = [ContentsLine(ref, read, len(ref.section.pages)) for ref in refs]
    head = pack.head
    for resume in (None, (refs[-1], 11)):
        contents = Contents(head.id, head.title, head.subtitle, head.description, lines, resume)
        components = drawn(contents_screen(contents))
        assert_fits_discord(components)
        assert all(ref.section.title in words(components) for ref in refs)


def test_contents_of_a_usual_length_carry_the_summaries():
    refs = [SectionRef(REAL, section) for section in REAL.sections]
    lines = [ContentsLine(ref, 0, len(ref.section.pages)) for ref in refs]
    shown = words(drawn(contents_screen(Contents(REAL.id, "T", "S", "D", lines, None))))
    assert all(ref.section.summary in shown for ref in refs)


@pytest.mark.parametrize("question", REAL.questions, ids=lambda question: question.id)
def test_a_question_fits_before_and_after_every_answer(question: Question):
    remark = "There are only 19 questions like that, so this quiz has 19."
    assert_fits_discord(drawn(question_screen(asking(question), remark)), 3_500)
    for outcome in outcomes(question, REAL):
        assert_fits_discord(drawn(outcome_screen(outcome)), 3_500)
        assert_fits_discord(drawn(options_screen(outcome)), 3_500)


def test_the_longest_question_that_the_linter_allows_fits():
    question = worst_question()
    length = len(question.stem) + len(question.code or "") + len(question.explanation)
    length += sum(len(option.text) + len(option.why) + 20 for option in question.options)
    assert 3_400 < length <= 3_500
    assert_fits_discord(drawn(question_screen(asking(question), filled(80))))
    for outcome in outcomes(question, worst_pack()):
        assert_fits_discord(drawn(outcome_screen(outcome)))
        assert_fits_discord(drawn(options_screen(outcome)))


@pytest.mark.parametrize(("explanation", "shown"), [(filled(100), True), (filled(600), False)])
def test_the_belief_behind_a_choice_gives_way_when_there_is_no_room(explanation: str, shown: bool):
    question = worst_question().model_copy(update={"explanation": explanation})
    belief = Misconception(id="m", belief=filled(280), correction=filled(100), section="s")
    outcome = outcome_of(question, 1, belief)
    assert ("Common myth" in words(drawn(options_screen(outcome)))) is shown


@pytest.mark.parametrize("question", [*REAL.questions[::5], worst_question()], ids=lambda question: question.id[-20:])
def test_before_the_answer_no_screen_tells_which_option_is_right(question: Question):
    screens = []
    for key in range(len(question.options)):
        options = [
            option.model_copy(update={"correct": i == key, "misconception": None if i == key else "m"})
            for i, option in enumerate(question.options)
        ]
        screens.append(drawn(question_screen(asking(question.model_copy(update={"options": options})))))
    assert all(screen == screens[0] for screen in screens)


def test_whatever_the_order_a_letter_stands_for_the_option_behind_it():
    question = REAL.questions[0]
    for order in permutations(range(len(question.options))):
        shown = asking(question, order)
        components = drawn(question_screen(shown))
        for place, option in enumerate(order):
            letter = "ABCD"[place]
            assert f"**{letter}** · {question.options[option].text.strip()}" in words(components)
            button = next(one for one in walk(components) if one.get("label") == letter)
            assert button["custom_id"] == ids.encode("quiz.pick", BIG, 19, place)


def test_after_the_answer_right_and_wrong_are_told_in_words_and_symbols_too():
    question = REAL.questions[0]
    for outcome in outcomes(question, REAL):
        shown = words(drawn(outcome_screen(outcome)))
        assert ("✅ Right" in shown) is outcome.correct
        assert ("❌ Not quite" in shown) is not outcome.correct


@pytest.mark.parametrize("missed", [0, 1, 20])
def test_every_summary_fits(missed: int):
    questions = [worst_question(i) for i in range(missed)]
    run = asking(worst_question(), chosen=0).run
    for section in (None, SectionRef(REAL, REAL.sections[0])):
        assert_fits_discord(drawn(summary_screen(Summary(run, questions, section))))
        assert_fits_discord(drawn(summary_screen(Summary(replace(run, asked=()), [], section))))


def test_a_stem_that_is_cut_short_leaves_no_code_open():
    question = worst_question().model_copy(update={"stem": "What does " + "`" + "x" * 200 + "` print here?"})
    run = asking(question, chosen=1).run
    [line] = [
        line for line in words(drawn(summary_screen(Summary(run, [question], None)))).split("\n") if line[:2] == "- "
    ]
    assert line.count("`") == 2
    assert len(line) < 120


@pytest.mark.parametrize("name", ["*" * 32, "W" * 32, "@everyone <@1> `x`", "🫖" * 32])
@pytest.mark.parametrize("page", [0, 1, 10**6])
def test_every_board_fits(name: str, page: int):
    ends = {"season_ends_ms": 2 * 10**12, "hidden": True}
    seasons = [HeldSeason(BIG, 10**12 + n * 10**9, 10**12 + (n + 1) * 10**9) for n in range(SEASONS_KEPT)]
    ends |= {"section": "w" * 30 + "/" + "w" * 40, "seasons": seasons, "season": seasons[0]}
    owner = Learner(BIG, 1, name)
    tries = Tries(0, 10**6), Tries(10**6, 10**6)
    counted = {
        BoardKind.RATING: Rated(BIG, Rating(-(10.0**4), 8.3, 3)),
        BoardKind.STREAK: InARow(BIG, Streak(10**6, today=False, grace_used=True)),
        BoardKind.IMPROVED: Improved(BIG, Improvement(*tries, 1.0)),
    }
    for kind in BoardKind:
        line = BoardLine(10**9, BIG, Face(name), counted.get(kind, Total(BIG, 10**12, 10**9, 10**9)))
        for period in Period:
            board = Board(kind, period, page, 10**6 + 2, 10**7, [line] * 10, line, line, **ends)
            leading = board._replace(lines=[line._replace(place=1)] * 10)
            asked = Wanted(kind, Period.SEASON, BIG)
            for one in (board, leading, board._replace(section="", seasons=(), season=None)):
                assert_fits_discord(drawn(board_screen(one, owner, asked, "W" * 110 if one.section else "")))
            assert_fits_discord(drawn(board_screen(Board(kind, period, 0, 1, 0, [], None), owner, asked)))


@pytest.mark.parametrize("name", ["*" * 32, "🫖" * 32])
def test_every_end_of_a_season_fits(name: str):
    lines = [BoardLine(3, BIG, Face(name), Total(BIG, 10**12, 10**9, 10**9))] * 10
    for next_ms in (None, 2 * 10**12):
        view = SeasonView(HeldSeason(BIG, 10**12, 2 * 10**12), BIG, lines, 10**6, 10**7, UTC, next_ms)
        assert_fits_discord(drawn(season_screen(view)))


def test_every_setup_fits():
    courses = [("W" * 80, f"course-{n}", "W" * 300) for n in range(25)]
    for may_host in ("everyone", "managers", str(BIG)):
        server = Server("America/Argentina/ComodRivadavia", Season(0, 90), may_host, tuple(range(BIG - 25, BIG)))
        assert_fits_discord(drawn(setup_screen(server, BIG, 2 * 10**12, courses)))
        assert_fits_discord(drawn(setup_screen(Server(may_host=may_host), BIG, 2 * 10**12, courses[:1])))


@pytest.mark.parametrize("chosen", [Chosen(), Chosen(1.5), Chosen(2.0, hidden=True)])
def test_every_page_of_settings_fits(chosen: Chosen):
    assert_fits_discord(drawn(settings_screen(chosen, 0)))


class Large(dict):
    """A large count of whatever is asked for."""

    def __init__(self, count: int) -> None:
        super().__init__()
        self.count = count

    def __missing__(self, name: str) -> int:
        return self.count


def measured(demo_id: str, low: float, high: float) -> Measured:
    samples = {
        variant.id: [Sample(high if i % 2 else low, 9.99, Large(round(1_199_999 * (i + 1) / 9))) for _ in range(9)]
        for i, variant in enumerate(DEMOS[demo_id].variants)
    }
    return Measured(
        demo_id, Host("3.14.0rc3+", "free-threaded build", gil=False, cores=127.5, start_method="spawn"), samples
    )


LONG_TIMELINE = Timeline(filled(300), filled(300), [TracedRun(filled(300), [])] * 9, filled(300))


def demo_views(demo_id: str) -> Iterator[DemoView]:
    demo = DEMOS[demo_id]
    run = DemoRun(BIG, demo_id, BIG, BIG, BIG, BIG, "predicting", 0, None)
    base = DemoView(run, demo, 4_102_444_800_000, {choice.id: 1_000_000 for choice in demo.choices})
    yield base
    yield replace(base, run=run._replace(state="queued"), ahead=999)
    yield replace(base, run=run._replace(state="queued"))
    for progress in (None, (0, 1, ""), (35, 36, "a label of some length"), (36, 36, "x")):
        yield replace(base, run=run._replace(state="running"), progress=progress)
    yield replace(base, run=run._replace(state="failed"), problem=said(filled(300)))
    yield replace(base, run=run._replace(state="failed"))
    for low, high in ((0.01, 99.99), (99.99, 0.01), (1.0, 1.0)):
        numbers = measured(demo_id, low, high)
        for picture in (b"png", None):
            for names in ([], ["*" * 32] * 1000):
                verdict = replace(demo.judge(numbers), right_choice=demo.choices[0].id if names else None)
                stored = None if names else reference(demo_id)
                result = DemoResult(verdict, demo.chart(numbers), picture, names, 1_000_000, stored)
                yield replace(base, run=run._replace(state="done"), result=result)
                yield replace(
                    base,
                    run=run._replace(state="done"),
                    result=replace(result, timeline=LONG_TIMELINE, timeline_picture=b"png"),
                )


@pytest.mark.parametrize("demo_id", DEMOS)
def test_every_demo_fits_at_every_stage(demo_id: str):
    for view in demo_views(demo_id):
        screen = demo_screen(view, ids.encode("lesson.read", "p" * 30, "s" * 40), say)
        components = drawn(screen)
        assert_fits_discord(components)
        for block in screen.blocks:
            if isinstance(block, Gallery):
                assert all(20 <= len(picture.alt) <= 1_024 for picture in block.pictures)


@pytest.mark.parametrize("demo_id", DEMOS)
def test_while_predicting_no_vote_and_no_name_is_shown(demo_id: str):
    views = list(demo_views(demo_id))
    other = replace(views[0], votes={views[0].demo.choices[-1].id: len(views[0].demo.choices) * 1_000_000})
    assert drawn(demo_screen(views[0], None, say)) == drawn(demo_screen(other, None, say))


def test_a_text_in_short_is_cut_between_words_where_it_has_such():
    assert in_short("The job for fast is done at once.", 20) == "The job for fast is…"
    assert in_short("The job `is done at` once.", 17) == "The job `is done…`"
    assert in_short("猫" * 30, 20) == "猫" * 19 + "…"
    assert in_short("Short.", 20) == "Short."


def test_help_fits_one_screen():
    pack = worst_pack()
    for in_server in (True, False):
        components = drawn(help_screen(Library([pack]), in_server=in_server))
        assert_fits_discord(components, 1_000)
        many = [pack.model_copy(update={"head": pack.head.model_copy(update={"id": f"p{n}"})}) for n in range(70)]
        assert_fits_discord(drawn(help_screen(Library(many), in_server=in_server)), 1_500)


def test_labels_and_menus_are_cut_to_what_discord_takes():
    library = Library([worst_pack()])
    ref = library.sections[0]
    contents = Contents(ref.pack.id, "T", "S", "D", [ContentsLine(ref, 0, 12)] * 25, (ref, 11))
    menu = next(one for one in walk(drawn(contents_screen(contents))) if one["type"] == 3)
    assert len(menu["options"]) == 25
    assert all(len(option["label"]) <= 100 and len(option["description"]) <= 100 for option in menu["options"])


def test_a_label_that_is_too_long_is_cut():
    [button] = [one for one in walk(drawn(Screen([Row([Button("x" * 100, "sh:a.b")])]))) if "label" in one]
    assert button["label"] == "x" * 80


@pytest.mark.parametrize(
    ("stem", "shown"),
    [
        ("Which is **NOT** ready?", "**Which is __NOT__ ready?**"),
        ("*Ready* means what?", "**__Ready__ means what?**"),
        ("What is `a ** b ** c`, or `*x*`?", "**What is `a ** b ** c`, or `*x*`?**"),
        (r"What is 2\*3\*4?", r"**What is 2\*3\*4?**"),
        (" Plain? ", "**Plain?**"),
    ],
)
def test_the_word_that_matters_can_be_seen_in_a_stem_that_is_bold(stem: str, shown: str):
    assert bold(stem) == shown


def test_every_screen_with_a_stem_underlines_its_stressed_word():
    question = worst_question().model_copy(update={"stem": "Which kettle is **NOT** ready now?"})
    screens = [question_screen(asking(question))]
    for outcome in list(outcomes(question, worst_pack()))[:1]:
        screens += [outcome_screen(outcome), options_screen(outcome)]
    for screen in screens:
        assert "**Which kettle is __NOT__ ready now?**" in words(drawn(screen))


def test_a_stem_that_is_cut_short_leaves_no_stress_open():
    question = worst_question().model_copy(update={"stem": "Why is this **" + "not " * 40 + "** so?"})
    run = asking(question, chosen=1).run
    assert "**not" not in words(drawn(summary_screen(Summary(run, [question], None))))


def test_each_send_gets_files_and_a_view_of_its_own():
    screen = Screen(["words", Picture("a.png", b"png", "a picture of nothing"), Download("b.py", "x = 1")])
    first, second = screen.files(), screen.files()
    assert [file.filename for file in first] == ["a.png", "b.py"]
    assert first[0].description == "a picture of nothing"
    assert first[0].fp.read() == second[0].fp.read() == b"png"
    assert screen.view() is not screen.view()


async def test_a_view_is_stopped_before_it_is_sent():
    assert note("words").view().is_finished()


def test_the_title_of_a_form_is_cut_with_a_mark_and_an_order_says_once_what_to_do():
    options = [Option(text=text) for text in ("one", "two", "three")]
    about = {"section": "s", "topic": "s", "kind": "recall", "difficulty": "easy", "core": True, "family": "q"}
    stem = "Which of these do workers make inside their own bodies?"
    several = Question(id="q", form="several", stem=stem, options=options, **about)
    form = answering.form_of(several, lettering("012"), "sh:x:1")
    assert form.title == "Which of these do workers make inside their…"
    order = Question(id="q", form="order", stem="Put the jobs in order:", options=options, **about)
    told = words(drawn(question_screen(asking(order))))
    assert "Press the letters in the right order" in told
    assert "Put them in order." not in told
