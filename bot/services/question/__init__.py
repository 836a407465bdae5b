"""Single questions: how they are asked and graded, how good they are, what is decided about them."""
