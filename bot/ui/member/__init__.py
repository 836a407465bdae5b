"""What a member chooses, and what is kept of them."""
