"""The commands of ``python -m bot`` that need no Discord: one module each, a function from settings to exit code."""
