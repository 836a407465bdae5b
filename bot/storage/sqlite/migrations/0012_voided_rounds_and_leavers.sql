-- Rounds that were skipped, or open when their game was ended: they count for nobody and against nobody. Players who left a game
-- that goes on: nobody waits for their answers.
ALTER TABLE competition_round ADD COLUMN voided INTEGER NOT NULL DEFAULT 0;
ALTER TABLE competition_player ADD COLUMN gone INTEGER NOT NULL DEFAULT 0;

-- Of earlier games it is known where somebody had answered.
UPDATE competition_round SET voided = 1
WHERE competition_id IN (SELECT id FROM competition WHERE phase = 'finished') AND EXISTS (
    SELECT 1 FROM competition_answer a
    WHERE a.competition_id = competition_round.competition_id AND a.round = competition_round.round
) AND NOT EXISTS (
    SELECT 1 FROM competition_answer a
    WHERE a.competition_id = competition_round.competition_id AND a.round = competition_round.round AND a.marks IS NOT NULL
);
