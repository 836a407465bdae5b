"""`/studyhall health` as a manager meets it."""

import pytest
from hall import Hall, Person, Shown, open_hall

from bot.model.processes import LEASE_SECONDS, Cluster, Lease, Process
from bot.monitor import _by_process
from bot.services.server.health import Connection, Gateway, Health
from bot.services.sure_time import ClockState
from bot.ui.server.health import health_screen


async def test_a_manager_sees_how_the_bot_is(hall: Hall):
    await hall.alice.slash("help")
    shown = await hall.manager.slash("studyhall health")
    assert shown.private
    assert shown.text.startswith("## ✅ All is well")
    for words in (
        "**Gateway** latency",
        "interactions** 1 ·",
        "1 server",
        "database writes: 0",
        "MB, 0 answers",
    ):
        assert words in shown.text
    await hall.manager.click(shown, "Look again")
    assert "**Answers to interactions** 2 ·" in shown.text


async def test_a_wrong_clock_is_told_and_deletes_nobody(tmp_path, caplog):
    async with open_hall(tmp_path / "data", retention_days=30) as hall:
        await hall.alice.slash("quiz")
        hall.app.clock.shift_ms += 365 * 86_400_000
        await hall.app.services.privacy.retain()
        hall.app.clock.shift_ms += 2 * 86_400_000
        await hall.app.services.privacy.retain()
        assert hall.rows("SELECT member_id FROM practice_run") == [(hall.alice.id,)]
        shown = await hall.manager.slash("studyhall health")
        assert "it's 367 days ahead of Discord's" in shown.text
        assert "no member is deleted for being away, no backup is removed, and no season ends" in shown.text
        assert "this machine's clock is 365 days ahead of Discord's" in caplog.text
        await hall.bob.slash("quiz")
        [[asked_ms]] = hall.rows("SELECT max(started_ms) FROM practice_run")
        assert asked_ms == pytest.approx(hall.app.discord_clock.now_ms(), abs=60_000)
        assert "Everything is deleted" in (await deleted(hall.alice)).text
        assert hall.rows("SELECT count(*) FROM practice_run WHERE member_id = ?", hall.alice.id) == [(0,)]


async def deleted(who: Person) -> Shown:
    return await who.click(await who.slash("privacy delete"), "Delete everything")


async def test_members_away_for_long_are_announced_before_they_are_deleted(tmp_path):
    async with open_hall(tmp_path / "data", retention_days=30) as hall:
        await hall.alice.slash("quiz")
        await hall.pass_time(31 * 86_400)
        await hall.app.services.privacy.retain()
        shown = await hall.manager.slash("studyhall health")
        assert "1 member not seen for 30 days will be deleted from <t:" in shown.text
        await hall.pass_time(86_400)
        await hall.app.services.privacy.retain()
        assert hall.rows("SELECT count(*) FROM practice_run WHERE member_id = ?", hall.alice.id) == [(0,)]
        assert "not seen for" not in (await hall.manager.click(shown, "Look again")).text


async def test_nobody_else_sees_it(hall: Hall):
    shown = await hall.manager.slash("studyhall health")
    answer = await hall.alice.forge(shown, "sh:health.again")
    assert answer.private
    assert "Only members who may manage this server can do that." in answer.text
    assert "studyhall health" not in hall.alice.commands


async def test_an_unexpected_error_is_counted(hall: Hall, monkeypatch):
    async def broken(*_: object) -> None:
        raise RuntimeError("a bug")

    monkeypatch.setattr("bot.services.lesson.lessons.Lessons.contents", broken)
    assert "Something went wrong" in (await hall.alice.slash("lesson")).text
    assert (
        "**Unexpected errors** 1 since the start (the log has their ids)"
        in (await hall.manager.slash("studyhall health")).text
    )


async def test_each_interaction_stands_in_the_log_with_its_id_and_never_with_what_was_chosen(hall: Hall, caplog):
    caplog.set_level("INFO")
    question = await hall.alice.slash("quiz")
    await hall.alice.click(question, "B")
    lines = [one.getMessage() for one in caplog.records if one.getMessage().startswith("interaction ")]
    assert len(lines) == 2
    assert "command quiz, answered in " in lines[0]
    assert lines[1].split(": ")[1].startswith("action quiz.pick, answered in ")
    assert all(line.split()[1].rstrip(":").isdigit() for line in lines)


def well(cluster: Cluster) -> Health:
    """A bot of which all is well, beside others."""
    numbers = dict.fromkeys((one for one in Health._fields if one.endswith("_ms")), 0.0)
    counts = dict.fromkeys(("acknowledged", "commits", "errors", "answers", "database_bytes"), 0)
    state = {"queues": {}, "processes": [], "backup": None, "retention": None, "database_works": True}
    gateway, clock = (
        Gateway((Connection(0, open=True, latency_seconds=0.05, servers=1, sessions=1),), {}, None),
        ClockState(heard=True, ahead_ms=0),
    )
    return Health(version="1", gateway=gateway, clock=clock, cluster=cluster, **numbers | counts | state)


def test_where_processes_share_the_servers_each_is_told_and_who_has_none():
    def words(*leases: Lease, packs: str = "tea") -> str:
        both = Process(1, "ada-1", "1", "tea", 60.0, 0.2), Process(2, "grace-2", "1", packs, 60.0, 0.2, draining=True)
        screen = health_screen(well(Cluster("tea", both, leases)))
        return "\n".join(block for block in screen.blocks if isinstance(block, str))

    there = words(Lease(0, 1, 1, 5.0), Lease(1, 1, 2, 5.0))
    assert "**Shards by process** `ada-1` 0 · `grace-2` 1, draining" in there
    assert "All is well" in there
    assert "No process answers for shard 1 just now" in words(Lease(0, 1, 1, 5.0), Lease(1, 1, 2, -1.0))
    assert "have other courses than the rest, so they take no servers: grace-2" in words(packs="coffee")


def test_a_monitor_is_told_of_every_process_and_of_how_old_each_lease_is():
    processes = Process(1, "ada-1", "1", "tea", 60.0, 0.2, identifying=2), Process(2, "grace-2", "1", "tea", 60.0, 9.0)
    leases = Lease(0, 1, 1, LEASE_SECONDS - 0.5), Lease(1, 1, 2, -1.0), Lease(2, 1, None, 0.0)
    found = {
        (sample.name, *sample.labels.values()): sample.value
        for family in _by_process(Cluster("tea", processes, leases))
        for sample in family.samples
    }
    assert found["studyhall_process_alive", "ada-1"] == 1
    assert found["studyhall_process_alive", "grace-2"] == 0
    assert found["studyhall_process_identifying", "ada-1"] == 2
    assert found["studyhall_lease_age_seconds", "0", "ada-1"] == pytest.approx(0.5)
    assert found["studyhall_lease_age_seconds", "1", "grace-2"] == pytest.approx(LEASE_SECONDS + 1)
    assert found["studyhall_shards_free",] == 2
