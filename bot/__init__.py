"""Studyhall: a tutor and quiz bot for Discord study groups."""

__version__ = "0.1.0"
