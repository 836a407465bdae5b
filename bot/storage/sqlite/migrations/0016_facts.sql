-- What is told later is kept as a code with what belongs to it, as JSON; the words of before stand under one code.
UPDATE competition SET head = json_set(head, '$.reason', CASE WHEN coalesce(head ->> '$.reason', '') = '' THEN NULL
    ELSE json_object('code', 'said', 'values', json_object('words', head ->> '$.reason')) END);
UPDATE schedule SET reason = json_object('code', 'said', 'values', json_object('words', reason)) WHERE reason != '';
UPDATE schedule SET remark = json_object('code', 'said', 'values', json_object('words', remark)) WHERE remark != '';
ALTER TABLE notice RENAME COLUMN words TO fact;
UPDATE notice SET fact = json_object('code', 'said', 'values', json_object('words', fact));
