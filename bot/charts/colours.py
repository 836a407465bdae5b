"""The colours of all charts: readable in Discord's dark and light themes alike."""

INK, FAINT, PAPER, GRID = "#e8eaf0", "#9aa0b4", "#23262f", "#3a3f4d"
"""Words and numbers, what stands back, the ground, the lines on it."""
ACCENT, DIM, MUTED, WARNING = "#6ea8fe", "#4a5d8a", "#6d7480", "#f0b232"
"""What a chart is about, what it is compared with, what claims nothing, and what says so."""
METALS = ("#e9b949", "#b7bdcb", "#c98a5b")
"""The first three places."""
