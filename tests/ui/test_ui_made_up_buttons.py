"""Made-up buttons: whatever is pressed, a friendly word comes, and nothing is changed. One server serves all of them."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from hall import Hall, Shown, open_hall

pytestmark = pytest.mark.asyncio(loop_scope="module")

STALE = "This button is from an earlier version of me, or not mine at all. Type `/` to see what I can do now."
ARGUMENTS = {
    "lesson.contents": 1,
    "lesson.course": 1,
    "lesson.part": 2,
    "lesson.page": 3,
    "lesson.pick": 2,
    "lesson.read": 2,
    "lesson.share": 3,
    "term.pick": 2,
    "quiz.start": 2,
    "quiz.pick": 3,
    "quiz.next": 1,
    "quiz.begin": 2,
    "quiz.order": 3,
    "quiz.ordered": 3,
    "quiz.others": 2,
    "quiz.reasons": 3,
    "quiz.back": 2,
    "quiz.retry": 1,
    "quiz.more": 1,
    "quiz.sure": 3,
    "review.start": 1,
    "board.show": 6,
    "board.kind": 3,
    "board.period": 3,
    "board.past": 1,
    "demo.open": 1,
    "demo.predict": 2,
    "demo.run": 2,
    "demo.code": 1,
    "demo.cancel": 1,
    "demo.cancel_yes": 1,
    "demo.keep": 0,
    "inside.again": 0,
    "health.again": 0,
    "items.csv": 0,
    "count.quiz": 2,
    "count.game": 2,
    "count.daily": 1,
    "text.ask": 3,
    "text.do": 3,
    "text.undo": 3,
    "flags.list": 0,
    "flags.open": 1,
    "flags.ask": 3,
    "flags.key": 3,
    "flags.do": 4,
    "flags.answer": 2,
    "flags.mine": 1,
    "settings.time": 1,
    "settings.boards": 1,
    "settings.remind": 1,
    "settings.silent": 0,
    "settings.retention": 1,
    "reminders.off": 0,
    "quiz.go": 1,
    "quiz.plan": 1,
    "lesson.look": 3,
    "progress.course": 1,
    "progress.history": 1,
    "progress.mixup": 2,
    "progress.aim": 2,
    "progress.next": 1,
    "group.course": 1,
    "group.compete": 1,
    "privacy.delete": 0,
    "privacy.keep": 0,
    "setup.hosts": 1,
    "setup.role": 2,
    "setup.channels": 1,
    "setup.anywhere": 1,
    "setup.season": 1,
    "setup.season_yes": 1,
    "setup.keep": 0,
    "setup.reasons": 1,
    "setup.courses": 2,
    "setup.every": 1,
    "setup.turn": 2,
    "setup.reload": 0,
    "setup.reload_yes": 0,
    "daily.pick": 2,
    "daily.begin": 1,
    "daily.order": 2,
    "daily.ordered": 2,
    "daily.mine": 1,
    "schedule.pause": 2,
    "schedule.resume": 2,
    "schedule.remove": 2,
    "schedule.remove_yes": 2,
    "schedule.keep": 0,
    "schedule.add": 1,
    "schedule.edit": 2,
    "schedule.rules": 2,
    "setup.zone": 0,
    "game.controls": 2,
    "host.sections": 1,
    "host.start": 1,
    "host.pause": 2,
    "host.resume": 2,
    "host.wait": 2,
    "host.next": 2,
    "host.skip": 2,
    "host.skip_yes": 2,
    "host.end": 2,
    "host.end_yes": 2,
    "host.keep": 1,
    "game.join": 1,
    "game.team": 2,
    "game.sections": 1,
    "game.accept": 1,
    "game.decline": 1,
    "game.decline_yes": 1,
    "report.open": 2,
    "game.leave": 1,
    "game.leave_yes": 1,
    "game.start": 1,
    "game.cancel": 1,
    "game.pick": 3,
    "game.sure": 3,
    "game.pause": 1,
    "game.resume": 1,
    "game.skip": 3,
    "game.end": 1,
    "game.mine": 2,
    "game.begin": 2,
    "game.order": 3,
    "game.ordered": 3,
    "game.others": 2,
    "game.reasons": 3,
    "game.practise": 1,
    "review.new": 1,
    "review.mixed": 1,
    "help.managers": 0,
    "roles.open": 0,
    "roles.part": 1,
    "roles.set": 3,
    "roles.drop": 1,
    "roles.season": 1,
    "game.drill": 2,
    "game.rematch": 1,
    "game.csv": 1,
    "question.add": 1,
    "question.form": 2,
    "question.edit_draft": 1,
    "question.draft": 1,
    "question.publish": 1,
    "question.over": 1,
    "question.propose": 1,
    "question.drop": 1,
    "question.drop_yes": 1,
    "question.queue": 0,
    "question.skip": 1,
    "question.accept": 1,
    "question.accept_over": 1,
    "question.send_back": 1,
    "question.decline": 1,
    "course.open": 1,
    "course.form": 1,
    "course.on": 2,
    "course.template": 0,
    "course.export": 1,
    "course.delete": 1,
    "course.delete_sure": 1,
    "course.delete_yes": 1,
    "course.keep": 1,
    "course.back": 1,
    "course.publish": 1,
    "course.faults": 1,
    "course.look": 1,
    "course.look_at": 2,
    "course.undo": 1,
    "authors.open": 0,
    "authors.role": 2,
    "authors.none": 0,
    "authors.suggest": 1,
    "authors.second": 1,
    "question.list": 2,
    "question.turn": 2,
    "question.open": 1,
    "question.history": 2,
    "question.version": 3,
    "question.retire": 2,
    "question.retire_yes": 2,
    "question.keep": 2,
    "question.revive": 2,
    "course.chose": 4,
    "course.page": 3,
    "course.unchoose": 3,
    "course.drop_set": 2,
    "course.rehearse": 2,
    "course.rehearse_at": 3,
}


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def hall(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Hall]:
    """The bot in a server, for all tests here: none of them changes anything."""
    async with open_hall(tmp_path_factory.mktemp("hall") / "data") as opened:
        yield opened


async def forged(hall: Hall, custom_id: str, values: list[str] | None = None) -> Shown:
    """What the answer to a made-up click is; the message clicked must stay, and nothing be stored."""
    shown = await hall.alice.slash("help")
    before, stored = shown.text, hall.everything_stored()
    answer = await hall.alice.forge(shown, custom_id, values)
    assert answer.private
    assert answer.id != shown.id
    assert shown.text == before
    assert hall.everything_stored() == stored
    return answer


async def test_the_table_above_names_every_action(hall: Hall):
    assert set(hall.app.client.router._entries) == set(ARGUMENTS)


@pytest.mark.parametrize(
    "custom_id",
    [
        "",
        "x",
        "hello",
        "sh",
        "sh:",
        "sh::",
        ":::",
        "SH:quiz.next:1",
        " sh:quiz.next:1",
        "sh:quiz.next\n:1",
        "sh:quiz",
        "sh:quiz.",
        "sh:.next",
        "sh:quiz.gone:1",
        "sh:lesson.none",
        "sh:compete.join:7",
        "sh:__class__.x",
        "sh:quiz.next.more:1",
        "ш" * 100,
        "sh:" + "a" * 97,
        "sh:quiz.next:" + "1" * 87,
        "\u202esh:quiz.next:1",
        "🫖" * 50,
    ],
)
async def test_an_unknown_button_gets_a_friendly_word(hall: Hall, custom_id: str):
    assert (await forged(hall, custom_id)).text == f"⚠️ {STALE}"


ANY_NUMBER = ("game.sections", "host.sections")


@pytest.mark.parametrize("action", [action for action in ARGUMENTS if action not in ANY_NUMBER])
@pytest.mark.parametrize("more", [-1, 1, 30])
async def test_too_few_or_too_many_arguments_get_a_friendly_word(hall: Hall, action: str, more: int):
    if ARGUMENTS[action] + more < 0:
        pytest.skip("it takes no argument, so none can be missing")
    custom_id = ":".join(["sh", action, *["1"] * (ARGUMENTS[action] + more)])
    assert (await forged(hall, custom_id)).text == f"⚠️ {STALE}"


@pytest.mark.parametrize("value", ["", "x", "-1", "+1", "1.0", "1e3", " 1", "٣", "²", "0x1", "9" * 19, "1" * 20, "1_0"])
@pytest.mark.parametrize(
    "form",
    ["quiz.pick:{}:0:0", "quiz.next:{}", "quiz.others:{}:0", "demo.run:{}:first", "board.show:{}:points:all:0:x"],
)
async def test_malformed_numbers_get_a_friendly_word(hall: Hall, form: str, value: str):
    assert (await forged(hall, "sh:" + form.format(value))).text == f"⚠️ {STALE}"


@pytest.mark.parametrize(
    ("custom_id", "says"),
    [
        ("sh:quiz.next:999", "Start a new one with `/quiz`."),
        ("sh:quiz.pick:999:0:0", "Start a new one with `/quiz`."),
        ("sh:quiz.retry:9223372036854775807", "Start a new one with `/quiz`."),
        ("sh:quiz.more:999", "Start a new one with `/quiz`."),
        ("sh:quiz.start:coffee:beans", "`/lesson` shows what there is."),
        ("sh:lesson.contents:coffee", "Pick another in `/lesson`."),
        ("sh:lesson.page:tea:beans:0", "`/lesson` shows what there is."),
        ("sh:lesson.read:coffee:brewing", "`/lesson` shows what there is."),
        ("sh:lesson.share:tea:beans:0", "`/lesson` shows what there is."),
        ("sh:demo.open:teapot", "Pick one from the list: I/O-bound waiting"),
        ("sh:demo.code:teapot", STALE),
        ("sh:demo.predict:999:yes", "Open it again with `/demo`."),
        ("sh:demo.run:999:first", "Open it again with `/demo`."),
        ("sh:board.show:1:points:year:0:period", STALE),
        ("sh:board.show:1:beauty:all:0:board", STALE),
    ],
)
async def test_a_thing_that_is_gone_is_named_with_what_to_do(hall: Hall, custom_id: str, says: str):
    assert says in (await forged(hall, custom_id)).text


async def test_a_section_picked_that_is_gone_gets_a_sentence(hall: Hall):
    assert "`/lesson` shows" in (await forged(hall, "sh:lesson.pick:tea", ["beans"])).text
    assert (await forged(hall, "sh:lesson.pick:tea", ["brewing", "serving"])).text == f"⚠️ {STALE}"
