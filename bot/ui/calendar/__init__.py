"""What comes by the clock: the question of the day, schedules, seasons."""
