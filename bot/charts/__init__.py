"""Plain numbers in, PNG out; runs in a worker process."""
