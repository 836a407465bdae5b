"""The only part that knows Discord: one module a feature, and what they share."""
