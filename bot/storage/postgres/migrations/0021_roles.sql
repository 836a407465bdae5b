-- Roles that a server gives, and who has them.

CREATE TABLE role_reward (
    guild_id   BIGINT NOT NULL,
    part       TEXT COLLATE "C" NOT NULL,
    role_id    BIGINT NOT NULL,
    chosen_ms  BIGINT NOT NULL,
    hand_on    BIGINT NOT NULL DEFAULT 1 CHECK (hand_on IN (0, 1)),
    handled_ms BIGINT,
    PRIMARY KEY (guild_id, part)
);

CREATE TABLE role_grant (
    guild_id  BIGINT NOT NULL,
    member_id BIGINT NOT NULL,
    part      TEXT COLLATE "C" NOT NULL,
    won_ms    BIGINT NOT NULL,
    role_id   BIGINT,
    given_ms  BIGINT,
    taking_ms BIGINT,
    taken_ms  BIGINT,
    PRIMARY KEY (guild_id, member_id, part)
);

CREATE INDEX role_grant_by_member ON role_grant (member_id);
