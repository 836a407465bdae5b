-- A server's own courses: outline is all of it but the questions and pictures, as JSON. It is asked where is_on, unless whoever
-- runs the bot has shut it. deleted_ms: when it was deleted; it is gone for good a week later.
CREATE TABLE course (
    id         INTEGER PRIMARY KEY,
    guild_id   INTEGER NOT NULL,
    outline    TEXT    NOT NULL,
    is_on      INTEGER NOT NULL DEFAULT 1 CHECK (is_on IN (0, 1)),
    is_shut    INTEGER NOT NULL DEFAULT 0 CHECK (is_shut IN (0, 1)),
    made_ms    INTEGER NOT NULL,
    deleted_ms INTEGER
) STRICT;
CREATE INDEX course_by_guild ON course (guild_id);

-- What was published: the question as JSON, and what its author typed into the form, if it came from there.
CREATE TABLE course_question (
    course_id   INTEGER NOT NULL REFERENCES course (id) ON DELETE CASCADE,
    question_id TEXT    NOT NULL,
    is_live     INTEGER NOT NULL CHECK (is_live IN (0, 1)),
    version     INTEGER NOT NULL,
    question    TEXT    NOT NULL,
    typed       TEXT,
    member_id   INTEGER,
    changed_ms  INTEGER NOT NULL,
    PRIMARY KEY (course_id, question_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX course_question_by_member ON course_question (member_id) WHERE member_id IS NOT NULL;

-- Every version that was published, the newest too.
CREATE TABLE course_version (
    course_id   INTEGER NOT NULL REFERENCES course (id) ON DELETE CASCADE,
    question_id TEXT    NOT NULL,
    version     INTEGER NOT NULL,
    question    TEXT    NOT NULL,
    typed       TEXT,
    member_id   INTEGER,
    changed_ms  INTEGER NOT NULL,
    PRIMARY KEY (course_id, question_id, version)
) STRICT, WITHOUT ROWID;
CREATE INDEX course_version_by_member ON course_version (member_id) WHERE member_id IS NOT NULL;

CREATE TABLE course_picture (
    course_id INTEGER NOT NULL REFERENCES course (id) ON DELETE CASCADE,
    key       TEXT    NOT NULL,
    name      TEXT    NOT NULL,
    data      BLOB    NOT NULL,
    PRIMARY KEY (course_id, key)
) STRICT, WITHOUT ROWID;

-- What a member writes: a new question, or (question_id) another version of one, which had base_version when they began.
CREATE TABLE course_draft (
    id           INTEGER PRIMARY KEY,
    course_id    INTEGER NOT NULL REFERENCES course (id) ON DELETE CASCADE,
    member_id    INTEGER NOT NULL,
    question_id  TEXT,
    base_version INTEGER,
    state        TEXT    NOT NULL CHECK (state IN ('draft', 'proposed', 'returned', 'declined')),
    typed        TEXT    NOT NULL,
    note         TEXT    NOT NULL DEFAULT '',
    changed_ms   INTEGER NOT NULL
) STRICT;
CREATE INDEX course_draft_by_course ON course_draft (course_id, state);
CREATE INDEX course_draft_by_member ON course_draft (member_id);

-- A file that was attached: what came of it (content, as JSON), and what undoing it takes.
CREATE TABLE course_import (
    id        INTEGER PRIMARY KEY,
    course_id INTEGER NOT NULL REFERENCES course (id) ON DELETE CASCADE,
    member_id INTEGER,
    file_name TEXT    NOT NULL,
    state     TEXT    NOT NULL CHECK (state IN ('read', 'published', 'undone')),
    content   TEXT    NOT NULL,
    made_ms   INTEGER NOT NULL
) STRICT;
CREATE INDEX course_import_by_course ON course_import (course_id);
CREATE INDEX course_import_by_member ON course_import (member_id);

-- Chosen questions in a fixed order (question_ids, as JSON).
CREATE TABLE course_set (
    course_id    INTEGER NOT NULL REFERENCES course (id) ON DELETE CASCADE,
    title        TEXT    NOT NULL,
    question_ids TEXT    NOT NULL,
    changed_ms   INTEGER NOT NULL,
    PRIMARY KEY (course_id, title)
) STRICT, WITHOUT ROWID;

-- Who writes besides managers (a role), whether members may suggest, and whether a question needs a second reader.
ALTER TABLE server ADD COLUMN authors_role INTEGER;
ALTER TABLE server ADD COLUMN suggestions INTEGER NOT NULL DEFAULT 0;
ALTER TABLE server ADD COLUMN second_reader INTEGER NOT NULL DEFAULT 0;
