"""A server's own courses: `/course`, `/question`, `/suggest`."""
