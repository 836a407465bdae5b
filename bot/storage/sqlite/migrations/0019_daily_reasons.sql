-- Whether members see the reasons of the question of the day as soon as they answer, or with its result.
ALTER TABLE server ADD COLUMN reasons_at_once INTEGER NOT NULL DEFAULT 0 CHECK (reasons_at_once IN (0, 1));
