"""The words: what a game, a question of the day, a schedule, a board's line *is*. No SQL, no Discord, no I/O."""
