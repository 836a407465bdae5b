"""Lets the end-to-end tests hold what was said to Discord's description, as the playground's own tests do."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1] / "playground"))
