-- Seasons that were held or are on (closed_ms is null). ends_ms: when it ends or ended, earlier than planned where a manager
-- chose otherwise. What was earned in one stands in table total under season:<started_ms>.
CREATE TABLE season (
    guild_id   INTEGER NOT NULL,
    started_ms INTEGER NOT NULL,
    ends_ms    INTEGER NOT NULL,
    closed_ms  INTEGER,
    PRIMARY KEY (guild_id, started_ms)
) STRICT, WITHOUT ROWID;

CREATE INDEX season_open ON season (ends_ms) WHERE closed_ms IS NULL;

-- Results of seasons to be posted, once each: done when the id of the message is stored.
CREATE TABLE season_post (
    id         INTEGER PRIMARY KEY,
    guild_id   INTEGER NOT NULL,
    started_ms INTEGER NOT NULL,
    channel_id INTEGER NOT NULL,
    created_ms INTEGER NOT NULL,
    message_id INTEGER,
    UNIQUE (guild_id, started_ms),
    FOREIGN KEY (guild_id, started_ms) REFERENCES season (guild_id, started_ms) ON DELETE CASCADE
) STRICT;

CREATE INDEX season_post_waiting ON season_post (id) WHERE message_id IS NULL;

-- Seasons from before they were kept: those of an earlier choice are over; the first of the present one is closed by itself,
-- and each after it.
INSERT INTO season (guild_id, started_ms, ends_ms, closed_ms)
SELECT guild_id, started_ms, coalesce(next_ms, last_ms), coalesce(next_ms, last_ms) FROM (
    SELECT guild_id, started_ms, last_ms, lead(started_ms) OVER (PARTITION BY guild_id ORDER BY started_ms) AS next_ms
    FROM (
        SELECT guild_id, CAST(substr(period, 8) AS INTEGER) AS started_ms, max(last_ms) AS last_ms
        FROM total WHERE section = '' AND period GLOB 'season:*' GROUP BY guild_id, period HAVING max(points) > 0
    )
) AS known
WHERE started_ms < coalesce(
    (SELECT season_started_ms FROM server s WHERE s.guild_id = known.guild_id AND season_days IS NOT NULL), 1 << 62);

INSERT INTO season (guild_id, started_ms, ends_ms)
SELECT guild_id, season_started_ms, season_started_ms + season_days * 86400000 FROM server
WHERE season_days IS NOT NULL AND season_started_ms IS NOT NULL;

-- When Discord was last asked whether a member is still in a server; gone_ms: since when they are known not to be.
CREATE TABLE membership (
    guild_id   INTEGER NOT NULL,
    member_id  INTEGER NOT NULL,
    checked_ms INTEGER NOT NULL,
    gone_ms    INTEGER,
    PRIMARY KEY (guild_id, member_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX membership_gone ON membership (guild_id, member_id) WHERE gone_ms IS NOT NULL;

-- Who hides, without reading everybody's settings.
CREATE INDEX member_setting_hidden ON member_setting (member_id) WHERE hidden = 1;
