"""The end of a season, posted for all: its first three, and the way to the whole board."""

from bot.model.boards import Total
from bot.services.calendar.season_views import SeasonView
from bot.ui import ids
from bot.ui.board.leaderboard import place_and_name, season_days
from bot.ui.layouts import BLURPLE, Block, Button, Row, Screen
from bot.wording import counted


def season_screen(view: SeasonView) -> Screen:
    """Who stands on the first three places."""
    played = "1 member took part" if view.played == 1 else f"{view.played:,} members took part"
    head = f"## 🏁 The season is over\n-# {season_days(view.season, view.zone)} · {played}"
    lines = [
        f"{place_and_name(line)} · {counted(line.points, 'point')}" for line in view.lines if isinstance(line.of, Total)
    ]
    if view.more:
        lines.append(f"-# and {view.more:,} more on that place")
    if view.next_ends_ms is None:
        foot = "-# There is no next season for now."
    else:
        foot = f"-# The next season has begun and ends <t:{view.next_ends_ms // 1000}:R>. Everybody starts at 0."
    button = Button("The whole board", ids.encode("board.past", view.season.started_ms))
    blocks: list[Block] = [head, "\n".join(lines), foot, Row([button])]
    return Screen(blocks, BLURPLE)
