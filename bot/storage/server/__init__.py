"""What is kept of a server beside its choices: the roles that it gives."""
