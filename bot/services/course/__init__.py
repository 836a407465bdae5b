"""A server's own courses: kept in the database, written and imported in Discord."""
