"""What only PostgreSQL has: its schema, its connections, its way to write a statement."""
