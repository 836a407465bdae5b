-- The question of the day: the whole question as it was when it was asked. day is the server's own (2026-11-22). Answers stay
-- apart until it is closed, and become rows of table answer (mode daily) then: nothing of a server can tell the key before.
CREATE TABLE daily (
    id           INTEGER PRIMARY KEY,
    guild_id     INTEGER NOT NULL,
    day          TEXT    NOT NULL,
    channel_id   INTEGER NOT NULL,
    pack_id      TEXT    NOT NULL,
    question_id  TEXT    NOT NULL,
    family       TEXT    NOT NULL,
    question     TEXT    NOT NULL,
    option_order TEXT    NOT NULL,
    asked_ms     INTEGER NOT NULL,
    closes_ms    INTEGER NOT NULL,
    closed_ms    INTEGER,
    message_id   INTEGER,
    UNIQUE (guild_id, day)
) STRICT;

CREATE INDEX daily_open ON daily (closes_ms) WHERE closed_ms IS NULL;

-- choice is the letter's place.
CREATE TABLE daily_answer (
    daily_id  INTEGER NOT NULL REFERENCES daily (id) ON DELETE CASCADE,
    member_id INTEGER NOT NULL,
    choice    INTEGER NOT NULL,
    stamp_ms  INTEGER NOT NULL,
    PRIMARY KEY (daily_id, member_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX daily_answer_by_member ON daily_answer (member_id);

-- What is to be shown, once each: the question, later its result. Done when the id of the message that shows it is stored.
CREATE TABLE daily_post (
    id         INTEGER PRIMARY KEY,
    daily_id   INTEGER NOT NULL REFERENCES daily (id) ON DELETE CASCADE,
    kind       TEXT    NOT NULL CHECK (kind IN ('question', 'result')),
    created_ms INTEGER NOT NULL,
    message_id INTEGER,
    UNIQUE (daily_id, kind)
) STRICT;

CREATE INDEX daily_post_waiting ON daily_post (daily_id) WHERE message_id IS NULL;

-- What happens by itself, by the server's wall clock. weekdays: seven of 0 and 1, Monday first. setup: what will be played
-- (JSON; null for the question of the day). next_ms: the next occurrence, null while it is paused. reason: why it is paused;
-- remark: why the last occurrence did not take place. member_id: who made it, 0 when they are gone. event_id, event_ms: the
-- event in Discord's list that shows an occurrence, and which.
CREATE TABLE schedule (
    id         INTEGER PRIMARY KEY,
    guild_id   INTEGER NOT NULL,
    channel_id INTEGER NOT NULL,
    member_id  INTEGER NOT NULL,
    kind       TEXT    NOT NULL CHECK (kind IN ('daily', 'competition')),
    hour       INTEGER NOT NULL CHECK (hour BETWEEN 0 AND 23),
    minute     INTEGER NOT NULL CHECK (minute BETWEEN 0 AND 59),
    weekdays   TEXT    NOT NULL,
    setup      TEXT,
    made_ms    INTEGER NOT NULL,
    next_ms    INTEGER,
    reason     TEXT    NOT NULL DEFAULT '',
    remark     TEXT    NOT NULL DEFAULT '',
    event_id   INTEGER,
    event_ms   INTEGER
) STRICT;

CREATE INDEX schedule_due ON schedule (next_ms) WHERE next_ms IS NOT NULL;
CREATE INDEX schedule_by_guild ON schedule (guild_id, id);
CREATE INDEX schedule_by_member ON schedule (member_id);
CREATE UNIQUE INDEX schedule_daily ON schedule (guild_id) WHERE kind = 'daily';

-- What has been begun or skipped: once for each local day, stored with what it begins.
CREATE TABLE occurrence (
    schedule_id INTEGER NOT NULL REFERENCES schedule (id) ON DELETE CASCADE,
    day         TEXT    NOT NULL,
    at_ms       INTEGER NOT NULL,
    PRIMARY KEY (schedule_id, day)
) STRICT, WITHOUT ROWID;

-- How often each family of a server's questions was answered wrong, without reading the answers themselves.
CREATE INDEX answer_by_family ON answer (guild_id, pack_id, family, correct);
