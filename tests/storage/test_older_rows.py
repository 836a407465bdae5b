"""Rows of the version before, as this one finds them."""

import sqlite3
from contextlib import closing

from bot.facts import Code, fact, from_text
from bot.model.posts import Kind, What
from bot.storage import posts
from bot.storage.sqlite.migrations import migrate, migrations
from bot.storage.store import Store

GUILD, CHANNEL, NOON = 50, 60, 1_795_348_800_000
BEFORE = {number: sql for number, sql in migrations().items() if number <= 16}
OLD = f"""
INSERT INTO competition VALUES (1, {GUILD}, {CHANNEL}, 'tea', '', '', 'asking', 0, NULL, {NOON}, NULL);
INSERT INTO outbox (competition_id, kind, round, channel_id, created_ms, message_id) VALUES
    (1, 'round', 0, {CHANNEL}, {NOON}, 700), (1, 'reveal', 0, {CHANNEL}, {NOON}, NULL),
    (1, 'regrade', 9, {CHANNEL}, {NOON}, 701);
INSERT INTO daily (id, guild_id, day, channel_id, pack_id, question_id, family, question, option_order, asked_ms, closes_ms)
    VALUES (3, {GUILD}, '2026-11-23', {CHANNEL}, 'tea', 'q', 'f', '{{}}', '012', {NOON}, {NOON});
INSERT INTO daily_post (daily_id, kind, created_ms, message_id) VALUES (3, 'question', {NOON}, 702);
INSERT INTO season (guild_id, started_ms, ends_ms, closed_ms) VALUES ({GUILD}, 5, {NOON}, {NOON});
INSERT INTO season_post (guild_id, started_ms, channel_id, created_ms) VALUES ({GUILD}, 5, {CHANNEL}, {NOON});
INSERT INTO demo_run (id, demo_id, guild_id, channel_id, message_id, member_id, state, created_ms) VALUES
    (7, 'io-wait', {GUILD}, {CHANNEL}, 703, 1, 'predicting', {NOON}),
    (8, 'io-wait', NULL, {CHANNEL}, NULL, 1, 'failed', {NOON});
"""


async def test_every_message_of_the_four_outboxes_of_before_is_a_post(tmp_path):
    path = tmp_path / "a.db"
    migrate(path, "", BEFORE)
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(OLD)
    store = await Store.open(path)
    try:
        found = {what: (guild, channel, message) for what, guild, channel, message in await everything(store)}
        assert found == {
            What(Kind.ROUND, 1): (GUILD, CHANNEL, 700),
            What(Kind.REVEAL, 1): (GUILD, CHANNEL, None),
            What(Kind.MOVES, 9, 1): (GUILD, CHANNEL, 701),
            What(Kind.QUESTION, 3): (GUILD, CHANNEL, 702),
            What(Kind.SEASON, 5): (GUILD, CHANNEL, None),
            What(Kind.DEMO, 7): (GUILD, CHANNEL, 703),
        }
        [reveal] = await posts.waiting(store, Kind.REVEAL)
        assert NOON - reveal.created_ms > 110_000  # it was sent by another nonce, so it is looked for first
    finally:
        await store.close()


async def everything(store: Store) -> list[tuple[What, int, int, int | None]]:
    rows = await store.rows("SELECT kind, of_id, number, guild_id, channel_id, message_id FROM post ORDER BY id")
    return [(What(Kind(kind), of_id, number), *rest) for kind, of_id, number, *rest in rows]


async def test_a_remark_of_before_still_tells_why_something_was_left_out(tmp_path):
    path = tmp_path / "a.db"
    migrate(path, "", BEFORE)
    old = '{"code": "left out", "values": {"at_ms": 5, "code": "channel lost", "why": "Missing Access"}}'
    with closing(sqlite3.connect(path)) as connection:
        for number, remark in enumerate(("", old, '{"code": "missed", "values": {"at_ms": 6}}')):
            connection.execute(
                "INSERT INTO schedule (guild_id, channel_id, member_id, kind, weekdays, hour, minute, made_ms, reason,"
                " remark) VALUES (?, 2, 3, 'daily', '1111111', 9, 0, 4, '', ?)",
                (number, remark),
            )
        connection.commit()
    store = await Store.open(path)
    try:
        told = [from_text(remark) for (remark,) in await store.rows("SELECT remark FROM schedule ORDER BY id")]
    finally:
        await store.close()
    why = fact(Code.CHANNEL_LOST, why="Missing Access")
    assert told == [None, fact(Code.LEFT_OUT, at_ms=5, because=why), fact(Code.MISSED, at_ms=6)]
