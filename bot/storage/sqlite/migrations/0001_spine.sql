-- Snowflakes and epoch milliseconds are INTEGER; an option is its place in the question's file.

CREATE TABLE member (
    guild_id  INTEGER NOT NULL,
    member_id INTEGER NOT NULL,
    name      TEXT    NOT NULL,
    seen_ms   INTEGER NOT NULL,
    PRIMARY KEY (guild_id, member_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE page_read (
    member_id  INTEGER NOT NULL,
    pack_id    TEXT    NOT NULL,
    section_id TEXT    NOT NULL,
    page       INTEGER NOT NULL,
    read_ms    INTEGER NOT NULL,
    PRIMARY KEY (member_id, pack_id, section_id, page)
) STRICT, WITHOUT ROWID;

CREATE TABLE practice_run (
    id         INTEGER PRIMARY KEY,
    member_id  INTEGER NOT NULL,
    guild_id   INTEGER,
    pack_id    TEXT    NOT NULL,
    section_id TEXT,
    difficulty TEXT,
    started_ms INTEGER NOT NULL
) STRICT;

CREATE INDEX practice_run_by_member ON practice_run (member_id, id);

CREATE TABLE practice_question (
    run_id        INTEGER NOT NULL REFERENCES practice_run (id) ON DELETE CASCADE,
    position      INTEGER NOT NULL,
    question_id   TEXT    NOT NULL,
    question_hash TEXT    NOT NULL,
    option_order  TEXT    NOT NULL,
    PRIMARY KEY (run_id, position)
) STRICT, WITHOUT ROWID;

-- guild_id is null for an answer given in direct messages: it teaches, but counts for no board.
CREATE TABLE answer (
    id            INTEGER PRIMARY KEY,
    member_id     INTEGER NOT NULL,
    guild_id      INTEGER,
    pack_id       TEXT    NOT NULL,
    section_id    TEXT    NOT NULL,
    question_id   TEXT    NOT NULL,
    question_hash TEXT    NOT NULL,
    family        TEXT    NOT NULL,
    mode          TEXT    NOT NULL,
    run_id        INTEGER NOT NULL,
    position      INTEGER NOT NULL,
    chosen        INTEGER NOT NULL,
    correct       INTEGER NOT NULL,
    points        INTEGER NOT NULL,
    answered_ms   INTEGER NOT NULL,
    UNIQUE (mode, run_id, position, member_id)
) STRICT;

CREATE INDEX answer_by_member ON answer (member_id, pack_id, question_id, answered_ms);

CREATE TABLE card (
    member_id   INTEGER NOT NULL,
    pack_id     TEXT    NOT NULL,
    family      TEXT    NOT NULL,
    stability   REAL    NOT NULL,
    difficulty  REAL    NOT NULL,
    reviewed_ms INTEGER NOT NULL,
    due_ms      INTEGER NOT NULL,
    model       TEXT    NOT NULL,
    PRIMARY KEY (member_id, pack_id, family)
) STRICT, WITHOUT ROWID;

-- period: all, 2026-11, 2026-W47; section: '' for all of them, else pack/section.
CREATE TABLE total (
    guild_id  INTEGER NOT NULL,
    period    TEXT    NOT NULL,
    section   TEXT    NOT NULL,
    member_id INTEGER NOT NULL,
    points    INTEGER NOT NULL,
    answers   INTEGER NOT NULL,
    correct   INTEGER NOT NULL,
    last_ms   INTEGER NOT NULL,
    PRIMARY KEY (guild_id, period, section, member_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX total_by_points ON total (guild_id, period, section, points DESC, last_ms, member_id);

-- state: predicting, queued, running, done, failed
CREATE TABLE demo_run (
    id         INTEGER PRIMARY KEY,
    demo_id    TEXT    NOT NULL,
    guild_id   INTEGER,
    channel_id INTEGER NOT NULL,
    message_id INTEGER,
    member_id  INTEGER NOT NULL,
    state      TEXT    NOT NULL,
    created_ms INTEGER NOT NULL,
    ended_ms   INTEGER,
    result     TEXT
) STRICT;

CREATE INDEX demo_run_open ON demo_run (state) WHERE state IN ('predicting', 'queued', 'running');

CREATE TABLE prediction (
    run_id    INTEGER NOT NULL REFERENCES demo_run (id) ON DELETE CASCADE,
    member_id INTEGER NOT NULL,
    choice    TEXT    NOT NULL,
    at_ms     INTEGER NOT NULL,
    PRIMARY KEY (run_id, member_id)
) STRICT, WITHOUT ROWID;
