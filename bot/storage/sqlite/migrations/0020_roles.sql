-- The roles that a server gives: part is 'season' (the winner's), a pack's id, or pack/section (mastery of it). hand_on: the
-- winner's role goes to the next winner, and is not kept. handled_ms: the beginning of the last season that was dealt with.
CREATE TABLE role_reward (
    guild_id   INTEGER NOT NULL,
    part       TEXT NOT NULL,
    role_id    INTEGER NOT NULL,
    chosen_ms  INTEGER NOT NULL,
    hand_on    INTEGER NOT NULL DEFAULT 1 CHECK (hand_on IN (0, 1)),
    handled_ms INTEGER,
    PRIMARY KEY (guild_id, part)
) STRICT, WITHOUT ROWID;

-- Who earned a role: part as above, or 'season:' and when it began. It waits until given_ms is known, and to be taken away
-- from taking_ms until taken_ms; role_id is the role that was given.
CREATE TABLE role_grant (
    guild_id  INTEGER NOT NULL,
    member_id INTEGER NOT NULL,
    part      TEXT NOT NULL,
    won_ms    INTEGER NOT NULL,
    role_id   INTEGER,
    given_ms  INTEGER,
    taking_ms INTEGER,
    taken_ms  INTEGER,
    PRIMARY KEY (guild_id, member_id, part)
) STRICT, WITHOUT ROWID;

CREATE INDEX role_grant_by_member ON role_grant (member_id);
