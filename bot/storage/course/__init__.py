"""A server's own courses: what they hold, what members write for them, what was imported."""
