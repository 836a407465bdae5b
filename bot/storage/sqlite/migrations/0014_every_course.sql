-- A recurring competition without sections asks about every course by turns: until now nothing chose its course.
UPDATE schedule SET setup = json_set(setup, '$.pack_id', '')
    WHERE kind = 'competition' AND json_array_length(setup, '$.sections') = 0;
