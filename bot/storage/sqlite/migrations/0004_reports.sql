-- What members say is wrong with a question: one report a member and question, the last one stands.

CREATE TABLE report (
    member_id     INTEGER NOT NULL,
    pack_id       TEXT    NOT NULL,
    question_id   TEXT    NOT NULL,
    question_hash TEXT    NOT NULL,
    guild_id      INTEGER,
    words         TEXT    NOT NULL,
    at_ms         INTEGER NOT NULL,
    PRIMARY KEY (member_id, pack_id, question_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX report_by_question ON report (pack_id, question_id);
