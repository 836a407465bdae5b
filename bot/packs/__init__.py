"""What is taught: a pack's models, its loading with positions, its rules, and the library that serves it."""
