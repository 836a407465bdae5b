"""Single questions: what is reported and decided about them, and how they are answered."""
