-- One row: the salt of the hashes below; since when the file waits to be rebuilt without what was deleted; when members
-- not seen for long were last looked for.
CREATE TABLE privacy (
    id               INTEGER PRIMARY KEY CHECK (id = 1),
    salt             BLOB    NOT NULL,
    rebuild_since_ms INTEGER,
    swept_ms         INTEGER NOT NULL DEFAULT 0
) STRICT;

INSERT INTO privacy (id, salt) VALUES (1, randomblob(32));

-- Who was deleted, and when: SHA-256 of the salt and the member's id, so that a backup from before can be brought back
-- without them.
CREATE TABLE deleted_member (
    hash  BLOB    NOT NULL,
    at_ms INTEGER NOT NULL,
    PRIMARY KEY (hash, at_ms)
) STRICT, WITHOUT ROWID;

CREATE INDEX competition_player_by_member ON competition_player (member_id);
