-- What a manager chose for a server. may_host: everyone, managers, or a role's id; channels and courses: JSON lists,
-- null for all; without season_days there are no seasons.
CREATE TABLE server (
    guild_id          INTEGER PRIMARY KEY,
    time_zone         TEXT    NOT NULL DEFAULT 'UTC',
    season_days       INTEGER,
    season_started_ms INTEGER,
    may_host          TEXT    NOT NULL DEFAULT 'everyone',
    channels          TEXT,
    courses           TEXT
) STRICT;

-- What a member chose, in every server.
CREATE TABLE member_setting (
    member_id   INTEGER PRIMARY KEY,
    time_factor REAL    NOT NULL DEFAULT 1 CHECK (time_factor IN (1, 1.5, 2)),
    hidden      INTEGER NOT NULL DEFAULT 0 CHECK (hidden IN (0, 1))
) STRICT;

CREATE TABLE rating (
    guild_id  INTEGER NOT NULL,
    member_id INTEGER NOT NULL,
    mu        REAL    NOT NULL,
    sigma     REAL    NOT NULL,
    games     INTEGER NOT NULL,
    at_ms     INTEGER NOT NULL,
    PRIMARY KEY (guild_id, member_id)
) STRICT, WITHOUT ROWID;

-- Of table total: period may also be season:<its first millisecond>, and section may be in:competition, which counts
-- answers in competitions and the bonus of their first three.
