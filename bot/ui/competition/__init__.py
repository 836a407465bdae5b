"""A group's game: lobby, rounds, podium."""
