"""The podium of a game, its results as a file, and what the group learned from it."""

from bot.charts.podium import alt_text as podium_alt_text
from bot.quiz.competition import awards
from bot.quiz.competition.standings import Standing, standings, team_standings
from bot.services.competition.views import GameView
from bot.services.server.exports import member_numbers
from bot.ui import ids
from bot.ui.competition.screens import PRIMARY, SUCCESS
from bot.ui.layouts import GREEN, RULE, Block, Button, Download, Picture, Row, Screen
from bot.ui.names import safe
from bot.ui.sheets import sheet

MEDALS = {1: "🥇", 2: "🥈", 3: "🥉"}
SHOWN_PLACES = 10


def podium_screen(view: GameView) -> Screen:
    """Places, teams, awards, and what to do next."""
    state = view.state
    lines = [line for line in standings(state) if line.answered]
    blocks: list[Block] = ["## 🏁 Podium"]
    if view.podium and view.picture:
        blocks.append(Picture("podium.png", view.picture, podium_alt_text(view.podium)))
    if not lines:
        blocks.append("Nobody answered a question this time.")
    else:
        blocks.append("\n".join(_place(view, line, state.counted_rounds) for line in lines[:SHOWN_PLACES]))
        if len(lines) > SHOWN_PLACES:
            blocks.append(f"-# and {len(lines) - SHOWN_PLACES} more")
    if teams := team_standings(state):
        rows = [f"**{place}.** Team {team} · {average:,.0f} a player" for place, (team, average) in enumerate(teams, 1)]
        blocks += [RULE, "**Teams**\n" + "\n".join(rows)]
    if awards := _awards(view, lines):
        blocks += [RULE, "\n".join(awards)]
    game = view.game.id
    blocks.append(
        Row(
            [
                Button("Practise what I missed", ids.encode("game.practise", game), PRIMARY),
                Button("Rematch", ids.encode("game.rematch", game), SUCCESS),
                Button("Results as CSV", ids.encode("game.csv", game)),
            ]
        )
    )
    return Screen(blocks, GREEN)


def _place(view: GameView, line: Standing, rounds: int) -> str:
    median = f" · median {line.median_ms / 1000:.1f} s" if line.median_ms is not None else ""
    name = safe(view.name(line.member_id))
    medal = MEDALS.get(line.place, "") if line.score > 0 else ""
    return f"{medal} **{line.place}.** {name} · **{line.score:,}** · {line.right} of {rounds} right{median}".strip()


def _awards(view: GameView, lines: list[Standing]) -> list[str]:
    """Awards for learning, not for speed."""
    state = view.state
    if len(lines) < 2 or not state.played:
        return []
    found = []
    if best := awards.most_improved(state, lines):
        found.append(f"📈 **Most improved**: {safe(view.name(best))}, better in the second half than in the first")
    if hardest := awards.hardest(state):
        number, members = hardest
        names = ", ".join(safe(view.name(member)) for member in members[:3])
        found.append(f"🧗 **Best on the hardest question** (round {number + 1}): {names}")
    if state.rules.scoring.asks_sureness and (knows := awards.best_calibrated(state)):
        found.append(f"🎯 **Best calibrated**: {safe(view.name(knows))}")
    return found


def csv_screen(view: GameView) -> Screen:
    """The results as a file for a spreadsheet."""
    rows = []
    numbers = member_numbers(player.member_id for player in view.state.players)
    for line in standings(view.state):
        median = "" if line.median_ms is None else f"{line.median_ms / 1000:.3f}"
        rows.append(
            (
                line.place,
                view.name(line.member_id),
                numbers[line.member_id],
                line.score,
                line.right,
                line.answered,
                median,
            )
        )
    table = sheet(("place", "name", "member", "score", "right", "answered", "median_seconds"), rows)
    return Screen(["The results of this competition.", Download(f"competition-{view.game.id}.csv", table)])
