-- Typed answers that should count: who says so, and what managers accept.

ALTER TABLE report ADD COLUMN typed TEXT COLLATE "C";
ALTER TABLE ruling ADD COLUMN accepted TEXT COLLATE "C";
ALTER TABLE competition_round ADD COLUMN accepted TEXT COLLATE "C";
ALTER TABLE decision DROP CONSTRAINT decision_kind_check;
ALTER TABLE decision ADD CONSTRAINT decision_kind_check
    CHECK (kind IN ('accept', 'answer', 'retire', 'override', 'undo', 'dismiss', 'count'));
