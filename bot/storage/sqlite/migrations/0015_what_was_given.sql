-- What a member gave, where it is more than one option: JSON; null where the option that was chosen says it all.
ALTER TABLE answer ADD COLUMN given TEXT;
ALTER TABLE competition_answer ADD COLUMN given TEXT;
ALTER TABLE daily_answer ADD COLUMN given TEXT;

-- How sure somebody was is one scale everywhere: 0 a guess, 1 think so, 2 sure.
ALTER TABLE competition_answer RENAME COLUMN confidence TO sureness;
UPDATE competition_answer SET sureness = sureness - 1;
