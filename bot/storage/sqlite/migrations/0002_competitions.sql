-- A competition's head is what changes at a transition; players, rounds and answers are rows of their own.

CREATE TABLE competition (
    id               INTEGER PRIMARY KEY,
    guild_id         INTEGER NOT NULL,
    channel_id       INTEGER NOT NULL,
    pack_id          TEXT    NOT NULL,
    setup            TEXT    NOT NULL,
    head             TEXT    NOT NULL,
    phase            TEXT    NOT NULL,
    round            INTEGER NOT NULL,
    lobby_message_id INTEGER,
    created_ms       INTEGER NOT NULL,
    ended_ms         INTEGER
) STRICT;

CREATE UNIQUE INDEX competition_live ON competition (channel_id)
    WHERE phase IN ('lobby', 'asking', 'revealing', 'paused');
CREATE INDEX competition_by_guild ON competition (guild_id, id);

CREATE TABLE competition_player (
    competition_id INTEGER NOT NULL REFERENCES competition (id) ON DELETE CASCADE,
    member_id      INTEGER NOT NULL,
    joined_ms      INTEGER NOT NULL,
    time_factor    REAL    NOT NULL,
    team           INTEGER NOT NULL,
    PRIMARY KEY (competition_id, member_id)
) STRICT, WITHOUT ROWID;

-- question: the whole question as it was when the game started.
CREATE TABLE competition_round (
    competition_id INTEGER NOT NULL REFERENCES competition (id) ON DELETE CASCADE,
    round          INTEGER NOT NULL,
    question       TEXT    NOT NULL,
    question_id    TEXT    NOT NULL,
    option_order   TEXT    NOT NULL,
    reading_ms     INTEGER NOT NULL,
    PRIMARY KEY (competition_id, round)
) STRICT, WITHOUT ROWID;

-- choice is the letter's place; marks is null until the round is over, and stays so when it was skipped.
CREATE TABLE competition_answer (
    competition_id INTEGER NOT NULL REFERENCES competition (id) ON DELETE CASCADE,
    round          INTEGER NOT NULL,
    member_id      INTEGER NOT NULL,
    choice         INTEGER NOT NULL,
    stamp_ms       INTEGER NOT NULL,
    elapsed_ms     INTEGER NOT NULL,
    confidence     INTEGER NOT NULL,
    marks          INTEGER,
    PRIMARY KEY (competition_id, round, member_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE competition_result (
    competition_id INTEGER NOT NULL REFERENCES competition (id) ON DELETE CASCADE,
    member_id      INTEGER NOT NULL,
    place          INTEGER NOT NULL,
    score          INTEGER NOT NULL,
    right_answers  INTEGER NOT NULL,
    answered       INTEGER NOT NULL,
    median_ms      INTEGER,
    team           INTEGER NOT NULL,
    bonus          INTEGER NOT NULL,
    PRIMARY KEY (competition_id, member_id)
) STRICT, WITHOUT ROWID;

-- Messages to be posted, once each: done when the id of the message is stored.
CREATE TABLE outbox (
    id             INTEGER PRIMARY KEY,
    competition_id INTEGER NOT NULL REFERENCES competition (id) ON DELETE CASCADE,
    kind           TEXT    NOT NULL,
    round          INTEGER NOT NULL,
    channel_id     INTEGER NOT NULL,
    created_ms     INTEGER NOT NULL,
    message_id     INTEGER,
    UNIQUE (competition_id, kind, round)
) STRICT;

CREATE INDEX outbox_waiting ON outbox (id) WHERE message_id IS NULL;

-- One row: when the bot was last known to be alive while a game was on.
CREATE TABLE alive (
    id    INTEGER PRIMARY KEY CHECK (id = 1),
    at_ms INTEGER NOT NULL
) STRICT;
