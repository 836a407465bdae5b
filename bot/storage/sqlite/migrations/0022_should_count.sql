-- typed: what the member had typed, and says should count.
ALTER TABLE report ADD COLUMN typed TEXT;

-- The typed texts that are right besides the course's, as JSON with how they are compared; null for none.
ALTER TABLE ruling ADD COLUMN accepted TEXT;
ALTER TABLE competition_round ADD COLUMN accepted TEXT;

-- A new kind of decision, 'count': a typed text counts, and words has it. SQLite changes a CHECK only with its table.
CREATE TABLE decision_with_count (
    id            INTEGER PRIMARY KEY,
    guild_id      INTEGER NOT NULL,
    pack_id       TEXT    NOT NULL,
    question_id   TEXT    NOT NULL,
    question_hash TEXT    NOT NULL,
    kind          TEXT    NOT NULL
                  CHECK (kind IN ('accept', 'answer', 'retire', 'override', 'undo', 'dismiss', 'count')),
    key           INTEGER,
    words         TEXT    NOT NULL DEFAULT '',
    at_ms         INTEGER NOT NULL
) STRICT;
INSERT INTO decision_with_count SELECT id, guild_id, pack_id, question_id, question_hash, kind, key, words, at_ms FROM decision;
DROP TABLE decision;
ALTER TABLE decision_with_count RENAME TO decision;
CREATE INDEX decision_by_question ON decision (guild_id, pack_id, question_id);
