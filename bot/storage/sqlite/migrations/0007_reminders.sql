-- The hour of the day, in the member's time zone, at which they want to be reminded of reviews: null for never. reminded_on
-- is the day there of the last reminder. retention: the share of right answers that reviews aim at.
ALTER TABLE member_setting ADD COLUMN time_zone TEXT NOT NULL DEFAULT 'UTC';
ALTER TABLE member_setting ADD COLUMN reminder_hour INTEGER CHECK (reminder_hour BETWEEN 0 AND 23);
ALTER TABLE member_setting ADD COLUMN reminded_on TEXT;
ALTER TABLE member_setting ADD COLUMN retention REAL NOT NULL DEFAULT 0.9 CHECK (retention BETWEEN 0.7 AND 0.97);

CREATE INDEX member_setting_reminded ON member_setting (reminder_hour) WHERE reminder_hour IS NOT NULL;

-- What a member is told with the next reply that only they see, once.
CREATE TABLE notice (
    id        INTEGER PRIMARY KEY,
    member_id INTEGER NOT NULL,
    words     TEXT    NOT NULL,
    at_ms     INTEGER NOT NULL
) STRICT;

CREATE INDEX notice_by_member ON notice (member_id, id);
