"""Leaderboards, points and ratings."""
