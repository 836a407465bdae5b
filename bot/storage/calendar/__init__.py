"""The question of the day, schedules and seasons, as they are kept."""
