"""The queue of flagged questions: what brings a question there, in which order, and what takes it out."""

import asyncio

from engines import open_store
from in_english import say
from lives import lives
from regraded_house import HALL, LIBRARY, QUESTIONS
from small_course import NOON, HandClock
from small_course import library as course
from test_item_reports import CHECKOUT, filled

from bot.demos.registry import DEMOS
from bot.errors import UserError
from bot.model.rulings import DecisionKind, Report
from bot.packs.library import Library
from bot.packs.loading import load_packs
from bot.services.lifecycle import Lifecycle
from bot.services.question.flags import Flags
from bot.services.question.items import Items
from bot.storage.question import reports
from bot.storage.store import Store


def flags(store: Store, library: Library, clock: HandClock) -> Flags:
    return Flags(library, store, clock, lives(Items, library, store, clock), lambda _guild: library, Lifecycle())


async def report(store: Store, number: int, member_id: int, at_ms: int = NOON) -> None:
    one = QUESTIONS[number]
    said = Report(member_id, "tea", one.id, one.content_hash, HALL, "It is wrong.", at_ms)
    await store.write(lambda tx: reports.save(tx, said))


async def queue(of: Flags) -> list[str]:
    return [one.question.id for one in await of.queue(HALL)]


def test_a_question_whose_answers_speak_against_its_key_is_there_until_it_is_decided(tmp_path):
    bank = filled(tmp_path / "a.db")

    async def check() -> None:
        store = await open_store(tmp_path / "a.db")
        try:
            library = Library(load_packs(CHECKOUT / "content", DEMOS))
            made, pack_id = flags(store, library, HandClock()), library.packs[0].id
            [one] = await made.queue(HALL)
            assert (one.question.id, one.suspect, one.reports, one.waits) == (bank[2].id, True, 0, True)
            version = one.question.content_hash[:5]
            await made.decide(HALL, pack_id, one.question.id, version, DecisionKind.DISMISS)
            assert await made.queue(HALL) == []
            assert len(await made.queue(HALL + 1)) == 1
        finally:
            await store.close()

    asyncio.run(check())


async def test_most_reports_come_first_then_the_oldest_and_those_decided_last(store, clock):
    made = flags(store, LIBRARY, clock)
    await report(store, 0, 1, NOON + 5)
    await report(store, 1, 1, NOON)
    await report(store, 2, 1)
    await report(store, 2, 2)
    assert await queue(made) == ["w2", "w1", "w0"]
    await made.decide(HALL, "tea", "w2", QUESTIONS[2].content_hash[:5], DecisionKind.RETIRE)
    assert await queue(made) == ["w1", "w0", "w2"]
    await made.decide(HALL, "tea", "w2", QUESTIONS[2].content_hash[:5], DecisionKind.UNDO)
    await made.decide(HALL, "tea", "w1", QUESTIONS[1].content_hash[:5], DecisionKind.ACCEPT)
    assert await queue(made) == ["w0"]


async def test_who_reports_again_after_a_decision_opens_it_again(store, clock):
    made = flags(store, LIBRARY, clock)
    await report(store, 0, 1)
    await made.decide(HALL, "tea", "w0", QUESTIONS[0].content_hash[:5], DecisionKind.DISMISS)
    assert await queue(made) == []
    await report(store, 0, 1, NOON + 9)
    assert await queue(made) == ["w0"]


async def test_a_new_version_of_the_question_ends_what_was_decided_and_says_so(store, clock):
    made = flags(store, LIBRARY, clock)
    await made.decide(HALL, "tea", "w0", QUESTIONS[0].content_hash[:5], DecisionKind.OVERRIDE, 2)
    edited = [one.model_copy(update={"stem": "What is it, said in another way?"}) for one in QUESTIONS]
    for one in edited:
        one.__dict__.pop("content_hash", None)
    later = flags(store, course(edited), clock)
    item = await later.item(HALL, "tea", "w0")
    assert (item.ruling, item.earlier) == (None, True)


async def test_decisions_that_make_no_sense_are_refused_in_a_sentence(store, clock):
    made = flags(store, LIBRARY, clock)
    version = QUESTIONS[0].content_hash[:5]
    for kind, key, says in [
        (DecisionKind.UNDO, None, "nothing to undo"),
        (DecisionKind.OVERRIDE, 1, "is already the key here"),
        (DecisionKind.OVERRIDE, 9, "no such option"),
        (DecisionKind.OVERRIDE, None, "no such option"),
    ]:
        try:
            await made.decide(HALL, "tea", "w0", version, kind, key)
        except UserError as refused:
            assert says in say(refused.fact)
        else:
            raise AssertionError(kind)
    await made.decide(HALL, "tea", "w0", version, DecisionKind.RETIRE)
    try:
        await made.weigh(HALL, "tea", "w0", DecisionKind.RETIRE)
    except UserError as refused:
        assert "already retired here" in say(refused.fact)
    assert await store.rows("SELECT kind FROM decision") == [("retire",)]
