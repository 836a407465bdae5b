-- What managers decided about a question, in their server: every decision, with its time. key: of an override, the option's
-- place in the file.
CREATE TABLE decision (
    id            INTEGER PRIMARY KEY,
    guild_id      INTEGER NOT NULL,
    pack_id       TEXT    NOT NULL,
    question_id   TEXT    NOT NULL,
    question_hash TEXT    NOT NULL,
    kind          TEXT    NOT NULL CHECK (kind IN ('accept', 'answer', 'retire', 'override', 'undo', 'dismiss')),
    key           INTEGER,
    words         TEXT    NOT NULL DEFAULT '',
    at_ms         INTEGER NOT NULL
) STRICT;

CREATE INDEX decision_by_question ON decision (guild_id, pack_id, question_id);

-- How answers to one version of a question are graded in a server: by key, or (null) not at all. course_key is the course's
-- own; a ruling that was undone has it as its key, so that grading never needs the pack.
CREATE TABLE ruling (
    guild_id      INTEGER NOT NULL,
    pack_id       TEXT    NOT NULL,
    question_id   TEXT    NOT NULL,
    question_hash TEXT    NOT NULL,
    course_key    INTEGER NOT NULL,
    key           INTEGER,
    at_ms         INTEGER NOT NULL,
    PRIMARY KEY (guild_id, pack_id, question_id, question_hash)
) STRICT, WITHOUT ROWID;

-- Answers to be graded anew; done when all of it is in force.
CREATE TABLE regrade (
    id            INTEGER PRIMARY KEY,
    guild_id      INTEGER NOT NULL,
    pack_id       TEXT    NOT NULL,
    question_id   TEXT    NOT NULL,
    question_hash TEXT    NOT NULL,
    asked_ms      INTEGER NOT NULL,
    done_ms       INTEGER
) STRICT;

CREATE INDEX regrade_waiting ON regrade (id) WHERE done_ms IS NULL;

-- Whose place in a competition a regrade changed; after is null for who has no line any more, before for who had none.
CREATE TABLE place_change (
    regrade_id     INTEGER NOT NULL REFERENCES regrade (id) ON DELETE CASCADE,
    competition_id INTEGER NOT NULL REFERENCES competition (id) ON DELETE CASCADE,
    member_id      INTEGER NOT NULL,
    before         INTEGER,
    after          INTEGER,
    PRIMARY KEY (regrade_id, competition_id, member_id)
) STRICT, WITHOUT ROWID;

-- The ratings with which the players of a competition came out of those before it: a replay begins there.
CREATE TABLE rating_before (
    competition_id INTEGER NOT NULL REFERENCES competition (id) ON DELETE CASCADE,
    member_id      INTEGER NOT NULL,
    mu             REAL    NOT NULL,
    sigma          REAL    NOT NULL,
    games          INTEGER NOT NULL,
    PRIMARY KEY (competition_id, member_id)
) STRICT, WITHOUT ROWID;

ALTER TABLE report ADD COLUMN closed_ms INTEGER;

-- void: the question was retired in that server, and the answer counts for nobody. kept: the points stand as they were given,
-- although a decision in another server moved when the question was due.
ALTER TABLE answer ADD COLUMN void INTEGER NOT NULL DEFAULT 0 CHECK (void IN (0, 1));
ALTER TABLE answer ADD COLUMN kept INTEGER NOT NULL DEFAULT 0 CHECK (kept IN (0, 1));
CREATE INDEX answer_by_question ON answer (pack_id, question_id, guild_id);

-- What is right in this round where it is not what the question says.
ALTER TABLE competition_round ADD COLUMN key INTEGER;
