-- A page of the lesson that a practice shows before the question at this position: null for none.
ALTER TABLE practice_run ADD COLUMN page_before INTEGER;
ALTER TABLE practice_run ADD COLUMN page_section TEXT;
ALTER TABLE practice_run ADD COLUMN page_number INTEGER;
