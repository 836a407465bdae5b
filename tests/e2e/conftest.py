"""Lets the end-to-end tests hold what was said to Discord's description, and use the small pack."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1] / "playground"))
sys.path.append(str(Path(__file__).parents[1] / "packs"))
