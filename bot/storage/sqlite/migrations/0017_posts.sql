-- Messages that are to be in their channel once, of whatever kind: done when the id of the message is stored. of_id: what
-- they show (a competition, a question of the day, when a season began, a regrade, a demo's run); number: a round, or the
-- competition in whose channel changed places are told; attempt: how often one that was deleted was posted again.
CREATE TABLE post (
    id         INTEGER PRIMARY KEY,
    kind       TEXT    NOT NULL,
    of_id      INTEGER NOT NULL,
    number     INTEGER NOT NULL,
    guild_id   INTEGER NOT NULL,
    channel_id INTEGER NOT NULL,
    created_ms INTEGER NOT NULL,
    attempt    INTEGER NOT NULL DEFAULT 0,
    message_id INTEGER,
    UNIQUE (kind, of_id, number, guild_id)
) STRICT;

CREATE INDEX post_waiting ON post (kind) WHERE message_id IS NULL;

-- What waited may have been sent under another name a moment ago: it is so old now that it is looked for first.
INSERT INTO post (kind, of_id, number, guild_id, channel_id, created_ms, message_id)
SELECT CASE o.kind WHEN 'regrade' THEN 'moves' ELSE o.kind END,
    CASE o.kind WHEN 'regrade' THEN o.round ELSE o.competition_id END,
    CASE o.kind WHEN 'regrade' THEN o.competition_id ELSE o.round END,
    c.guild_id, o.channel_id, o.created_ms - CASE WHEN o.message_id IS NULL THEN 200000 ELSE 0 END, o.message_id
FROM outbox o JOIN competition c ON c.id = o.competition_id ORDER BY o.id;

INSERT INTO post (kind, of_id, number, guild_id, channel_id, created_ms, message_id)
SELECT p.kind, p.daily_id, 0, d.guild_id, d.channel_id,
    p.created_ms - CASE WHEN p.message_id IS NULL THEN 200000 ELSE 0 END, p.message_id
FROM daily_post p JOIN daily d ON d.id = p.daily_id ORDER BY p.id;

INSERT INTO post (kind, of_id, number, guild_id, channel_id, created_ms, message_id)
SELECT 'season', started_ms, 0, guild_id, channel_id,
    created_ms - CASE WHEN message_id IS NULL THEN 200000 ELSE 0 END, message_id
FROM season_post ORDER BY id;

INSERT INTO post (kind, of_id, number, guild_id, channel_id, created_ms, message_id)
SELECT 'demo', id, 0, coalesce(guild_id, 0), channel_id, created_ms, message_id
FROM demo_run WHERE message_id IS NOT NULL OR state IN ('predicting', 'queued', 'running') ORDER BY id;

DROP TABLE outbox;
DROP TABLE daily_post;
DROP TABLE season_post;
ALTER TABLE demo_run DROP COLUMN message_id;

-- Why something was left out is a fact of its own within the remark that tells of it.
UPDATE schedule SET remark = json_object('code', 'left out', 'values', json_object(
    'at_ms', json_extract(remark, '$.values.at_ms'),
    'because', json_object('code', json_extract(remark, '$.values.code'),
        'values', json_remove(json_extract(remark, '$.values'), '$.at_ms', '$.code'))))
WHERE CASE WHEN remark = '' THEN 0 ELSE json_extract(remark, '$.code') = 'left out'
    AND json_extract(remark, '$.values.code') IS NOT NULL END;
