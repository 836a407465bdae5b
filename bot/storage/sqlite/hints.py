"""What SQLite's planner is told where it would choose worse; another engine is told nothing."""

BY_WHO_IS_GONE = "INDEXED BY membership_gone"
"""Of a server's memberships only the few who left, rather than all of them."""
