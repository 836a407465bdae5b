"""Use cases: load, decide by the rules, save. They speak in values and know nothing of Discord."""
