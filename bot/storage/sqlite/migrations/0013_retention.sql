-- Members not seen for long are announced before they are deleted: when, and since when the announced ones were not seen.
ALTER TABLE privacy ADD COLUMN announced_ms INTEGER;
ALTER TABLE privacy ADD COLUMN announced_before_ms INTEGER;

-- 1: the member did not ask for the deletion, so it can be undone.
ALTER TABLE deleted_member ADD COLUMN by_retention INTEGER NOT NULL DEFAULT 0;
