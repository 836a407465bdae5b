"""What only SQLite can: the files, their copies, their lock."""
