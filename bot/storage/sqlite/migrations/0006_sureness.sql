-- How sure the member said they were, once the answer was given: 0 a guess, 1 thought so, 2 sure; null when they did not say.
ALTER TABLE answer ADD COLUMN sureness INTEGER CHECK (sureness IN (0, 1, 2));

-- What is due of a member, soonest first.
CREATE INDEX card_by_due ON card (member_id, pack_id, due_ms);
