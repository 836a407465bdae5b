"""What only SQLite can: the file, its connections, its layouts, its copies, its lock."""
