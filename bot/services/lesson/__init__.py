"""Lessons and the courses that they come from."""
