"""The podium of a game, its results as a file, and what the group learned from it."""

from collections.abc import Sequence

from bot.charts.podium import alt_text as podium_alt_text
from bot.quiz.competition import awards
from bot.quiz.competition.standings import Standing, standings, team_standings
from bot.quiz.competition.state import DUELLISTS
from bot.services.competition.views import GameView, Learned
from bot.services.server.exports import member_numbers
from bot.ui import ids
from bot.ui.competition.screens import PRIMARY, SUCCESS, duel_score, team_lines, team_name
from bot.ui.faces import with_face
from bot.ui.layouts import GREEN, RULE, Block, Button, Download, Picture, Row, Screen, in_short, more
from bot.ui.marks import medal as medal_of
from bot.ui.names import safe
from bot.ui.question import card as question_card
from bot.ui.sheets import sheet
from bot.wording import in_a_list

SHOWN_PLACES, STEPS, SHOWN_WINNERS = 10, 3, 3
STEM_CHARACTERS = 160


def podium_screen(view: GameView) -> Screen:
    """Who won, the places, what the group learned, and what to do next; or as much of it as is unveiled."""
    lines = [line for line in standings(view.state) if line.answered]
    if view.unveiled is not None:
        steps = [_place(view, line) for line in lines[STEPS - view.unveiled : STEPS]]
        return Screen(["## 🥁 The podium, third place first", *steps, *_next(view)], GREEN)
    blocks: list[Block] = [_headline(view, lines)]
    if teams := team_lines(view.state):
        blocks.append("\n".join(teams))
    if view.podium and view.picture:
        blocks.append(Picture("podium.png", view.picture, podium_alt_text(view.podium)))
    blocks += [_place(view, line) for line in lines[:STEPS]]
    if rest := lines[STEPS:SHOWN_PLACES]:
        blocks.append("\n".join(_line(view, line) for line in rest))
    if len(lines) > SHOWN_PLACES:
        blocks.append(f"-# and {len(lines) - SHOWN_PLACES} more")
    if honours := _awards(view, lines):
        blocks.append("\n".join(honours))
    if view.learned:
        blocks += [RULE, _lesson(view, view.learned)]
    return Screen([*blocks, *_next(view)], GREEN)


def _headline(view: GameView, lines: Sequence[Standing]) -> str:
    """Who won, in a few words."""
    state = view.state
    both = standings(state)
    if state.rules.duel and len(both) == DUELLISTS and lines:
        return f"## {'🏆' if both[0].score > both[1].score else '🤝'} {duel_score(view, both)}"
    if not lines:
        return "## Nobody answered this time"
    teams = team_standings(state)
    best = teams[0][1] if teams else lines[0].score
    if best <= 0:
        return f"## Nobody {'came out ahead' if any(line.right for line in lines) else 'scored'}. Tough set!"
    if teams:
        winners = [team_name(team) for team, average in teams if average == best]
    else:
        winners = [safe(view.name(line.member_id)) for line in lines if line.place == 1]
    if len(winners) > SHOWN_WINNERS:
        return f"## 🏆 {len(winners)} share the win!"
    return f"## 🏆 {in_a_list(winners)} {'wins' if len(winners) == 1 else 'share the win'}!"


def _place(view: GameView, line: Standing) -> Block:
    """One of the first three, with their avatar."""
    return with_face("\n".join(_words(view, line)), line.member_id, view.face(line.member_id))


def _line(view: GameView, line: Standing) -> str:
    return " · ".join(_words(view, line))


def _words(view: GameView, line: Standing) -> tuple[str, str]:
    """Who it is, and what they scored."""
    medal = medal_of(line.place) if line.score > 0 else None
    who = f"{medal or f'**{line.place}.**'} {safe(view.name(line.member_id))}"
    return who, f"**{line.score:,}** · {line.right} of {view.state.counted_rounds} right"


def _awards(view: GameView, lines: Sequence[Standing]) -> list[str]:
    """Awards for learning, not for speed."""
    state = view.state
    if len(lines) < 2 or not state.played:
        return []
    found = []
    if state.rules.duel and lines[0].right == lines[1].right and lines[0].score > lines[1].score:
        found.append(f"⚡ As many right answers, and {safe(view.name(lines[0].member_id))} was faster.")
    if best := awards.most_improved(state, lines):
        found.append(f"📈 **Most improved**: {safe(view.name(best))}, better in the second half than in the first")
    if state.rules.scoring.asks_sureness and (knows := awards.best_calibrated(state)):
        found.append(f"🎯 **Knew best what they knew**: {safe(view.name(knows))}")
    return found


def _lesson(view: GameView, learned: Learned) -> str:
    """The question that most got wrong, and the myth behind it."""
    knew, number = len(learned.knew), learned.number
    if not knew:
        who = "nobody got it"
    elif knew == 1:
        who = f"only {safe(view.name(learned.knew[0]))} got it"
    else:
        who = f"{knew} of {learned.answered} got it"
    stem = in_short(view.game.questions[number].stem, STEM_CHARACTERS)
    lines = [f"**Hardest question**: number {number + 1}, {who}.", f"-# {stem}"]
    if myth := learned.myth:
        fell = f"{learned.believed} of {learned.answered} fell for it."
        lines.append(f"{question_card.myth(myth)} {fell}")
    return "\n".join(lines)


def _next(view: GameView) -> list[Block]:
    """What to do next; the same from the first step on, so that nothing comes to lie where a button was."""
    game = view.game.id
    first = [Button("Rematch", ids.encode("game.rematch", game), SUCCESS)]
    if view.learned:
        first.insert(0, Button("Practise that", ids.encode("game.drill", game, view.learned.number), PRIMARY))
    rest = [
        Button("Practise what I missed", ids.encode("game.practise", game)),
        Button("Results as CSV", ids.encode("game.csv", game)),
    ]
    return [Row(first), more(rest)]


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
