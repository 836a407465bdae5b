"""How a round went: for everybody, in its message, and for each player in private."""

from functools import partial

from bot.facts import Say
from bot.quiz.competition import awards
from bot.quiz.competition.clock import is_last_round
from bot.quiz.competition.standings import Standing, standings
from bot.quiz.competition.state import DUELLISTS, Phase
from bot.quiz.question.asking import shares
from bot.services.competition.views import GameView, MyResult
from bot.ui import ids
from bot.ui.competition.screens import (
    PRIMARY,
    controls_button,
    duel_score,
    open_round_screen,
    pause_words,
    stem,
    team_lines,
)
from bot.ui.layouts import GREEN, GREY, RULE, Block, Button, Row, Screen, bold, more
from bot.ui.lesson.terms import term_menu
from bot.ui.names import safe
from bot.ui.question import answering
from bot.ui.question import card as question_card
from bot.ui.question.counting import GAME, count_buttons
from bot.ui.question.reports import report_button
from bot.wording import ordinal

SHOWN_LINES, SHOWN_TEAM_PLAYERS, SHOWN_RUNS = 5, 3, 2
CLIMBED = 2
"""A climb of so many places is worth a word, where the table does not show it."""


def round_screen(view: GameView, number: int, say: Say) -> Screen:
    """A round at whatever stage it is: open, paused, or over."""
    if number < len(view.state.played):
        return reveal_screen(view, number, say)
    return open_round_screen(view, number, say)


def reveal_screen(view: GameView, number: int, say: Say) -> Screen:
    """What was right, how many knew, how it stands, and what comes next."""
    state, question, plan = view.state, view.game.questions[number], view.state.plans[number]
    letters, played = plan.lettering, state.played[number]
    shared = shares((plan.counted(one.given) for one in played.answers.values()), plan.key)
    bars = question_card.bars(question, letters, plan.key, shared)
    blocks: list[Block] = [stem(view, number), *answering.pictured(question), *bars]
    if question.form != "choice":
        blocks.append(question_card.right_one(question, letters, plan.key, "**The answer is {}**"))
    blocks += question_card.forgiven(question)
    reason = question_card.why(question, plan.key) if question.form == "choice" else ""
    blocks.append(f"**{_who_knew(view, number)}** {reason}".rstrip())
    blocks += question_card.credit(question)
    blocks += question_card.ruled(question, letters, plan.key)
    blocks += [RULE, *_standing(view, number)]
    if remarks := _remarks(view, number):
        blocks.append("\n".join(remarks))
    is_present, paused = number == state.round, state.phase is Phase.PAUSED
    if is_present and paused:
        blocks.append(pause_words(view, say))
    elif is_present and state.phase is Phase.REVEALING and state.wake_ms is not None:
        comes = "Podium" if is_last_round(state) else "Next round"
        blocks.append(f"-# {comes} <t:{-(-state.wake_ms // 1000)}:R>")
    game = view.game.id
    first = [Button("My result", ids.encode("game.mine", game, number), PRIMARY)]
    if question_card.explains(question):
        first.append(Button("Why?", ids.encode("game.others", game, number)))
    rest = [report_button(view.game.pack_id, question.id)]
    if question.section in view.to_read:
        rest.insert(0, Button("Read about it", ids.encode("lesson.read", view.game.pack_id, question.section)))
    if is_present and paused:  # nothing goes on without it
        first.append(controls_button(view, number))
    elif is_present and state.phase is Phase.REVEALING:
        rest.append(controls_button(view, number))
    return Screen([*blocks, Row(first), more(rest)], GREEN)


def _who_knew(view: GameView, number: int) -> str:
    """How many of those who answered got it, in a sentence."""
    played = view.state.played[number]
    if played.voided:
        return "This round was skipped: it counts for nobody."
    knew, answered = awards.got_it(view.state.plans[number], played), len(played.answers)
    if not answered:
        return "Nobody answered."
    if len(knew) == answered:
        return "Everybody got this!" if answered > 1 else f"{_name(view, knew[0])} got this."
    if not knew:
        return "Nobody got this."
    if len(knew) == 1:
        return f"Only 1 of {answered} got this: {_name(view, knew[0])}."
    only = "Only " if len(knew) * 2 < answered else ""
    return f"{only}{len(knew)} of {answered} got this."


def _standing(view: GameView, number: int) -> list[Block]:
    """The duel's score; or the teams, and the first few after this round with how their places changed."""
    state = view.state
    after = standings(state, number + 1)
    if state.rules.duel and len(after) == DUELLISTS:
        return [f"**{duel_score(view, after)}**"]
    teams = team_lines(state, number + 1)
    before = _places(view, number)
    lines = []
    for line in after[: SHOWN_TEAM_PLAYERS if teams else SHOWN_LINES]:
        moved = before.get(line.member_id, line.place) - line.place
        change = f" ▲{moved}" if moved > 0 else f" ▼{-moved}" if moved < 0 else ""
        lines.append(f"**{line.place}.** {_name(view, line.member_id)} · {line.score:,}{change}")
    return ["\n".join(some) for some in (teams, lines) if some] or ["Nobody has joined yet."]


def _places(view: GameView, rounds: int) -> dict[int, int]:
    """Everybody's place after so many rounds; none before the first one."""
    return {line.member_id: line.place for line in standings(view.state, rounds)} if rounds else {}


def _remarks(view: GameView, number: int) -> list[str]:
    """What is worth a word: runs, a climb that the table does not show, who was fastest where that counts."""
    state = view.state
    plan, played = state.plans[number], state.played[number]
    said = [
        f"🔥 {_name(view, member)}: {right} right in a row"
        for member, right in awards.runs(state, number)[:SHOWN_RUNS]
        if not played.voided
    ]
    before, after = _places(view, number), standings(state, number + 1)
    if climber := _climber(before, after[SHOWN_LINES:]):
        line, climbed = climber
        place = ordinal(line.place, shared=sum(one.place == line.place for one in after) > 1)
        said.append(f"⏫ {_name(view, line.member_id)} climbed {climbed} places, to {place}")
    first = awards.fastest(plan, played) if state.rules.scoring.rewards_speed else None
    if first and len(awards.got_it(plan, played)) > 1:  # of one, the sentence above has said who
        said.append(f"⚡ Fastest: {_name(view, first[0])}, {first[1] / 1000:.1f} s")
    return said


def _climber(before: dict[int, int], after: list[Standing]) -> tuple[Standing, int] | None:
    """Who climbed most places, and how many."""
    climbs = [(before.get(line.member_id, line.place) - line.place, line) for line in after]
    climbed, line = max(climbs, key=lambda one: one[0], default=(0, None))
    return (line, climbed) if line and climbed >= CLIMBED else None


def _name(view: GameView, member_id: int) -> str:
    return safe(view.name(member_id))


# In private


def told_screen(mine: MyResult) -> Screen:
    """What a player's *Locked in* becomes once the round is over: right or wrong, what it earned, and why."""
    blocks: list[Block] = [_joined(_verdict(mine), " · ".join(_earned(mine)))]
    if mine.answer is not None and mine.answer.given.option is not None:
        blocks.append(question_card.why(mine.question, mine.answer.given.option))
    blocks += _spelling(mine)
    blocks += question_card.ruled(mine.question, mine.plan.lettering, mine.question.key, accepted=mine.accepted)
    if asking := _should_count(mine):
        blocks.append(Row(asking))
    return Screen(blocks, GREEN if mine.is_right else GREY)


def _spelling(mine: MyResult) -> list[str]:
    if mine.answer is None or mine.voided or mine.accepted:
        return []
    return question_card.spelling(mine.question, mine.answer.given)


def _should_count(mine: MyResult) -> list[Button]:
    given, right = mine.answer.given if mine.answer else None, mine.is_right or mine.voided
    return count_buttons(GAME, mine.game_id, mine.number, question=mine.question, given=given, right=right)


def my_result_screen(mine: MyResult) -> Screen:
    """A player's own round: right or wrong, what it earned, what they chose, what was right, and why."""
    question, key, letters = mine.question, mine.plan.key, mine.plan.lettering
    blocks: list[Block] = [bold(question.stem), *answering.pictured(question)]
    blocks.append(_joined(_verdict(mine), " · ".join([*_earned(mine), *_in_all(mine)])))
    given = mine.answer.given if mine.answer else None
    if given is not None and given.option is not None and not mine.is_right:
        blocks.append(f"**You chose {letters.called(given)}** · {question_card.reasoned(question, given.option)}")
    elif given is not None and not mine.is_right:
        blocks.append(question_card.yours(question, letters, given))
    blocks.append(question_card.right_one(question, letters, key, "**The answer is {}**"))
    blocks += _spelling(mine)
    blocks += question_card.ruled(question, letters, key, accepted=mine.accepted)
    ways = _should_count(mine)
    if mine.leave is not None:
        ways.append(Button("Leave the game", ids.encode("game.leave", mine.leave)))
    if ways:
        blocks.append(Row(ways))
    return Screen(blocks, GREEN if mine.is_right else GREY)


def _verdict(mine: MyResult) -> str:
    """*B, right*, or what it is instead."""
    right = answering.right_letters(mine.question, mine.plan.lettering, mine.plan.key)
    if mine.voided:
        return "### This round was skipped\nIt counts for nobody."
    if mine.answer is None:
        return f"### You didn't answer. It was {right}"
    called = mine.plan.lettering.called(mine.answer.given)
    return f"### ✅ {called}, right" if mine.is_right else f"### ❌ {called}, but it's {right}"


def _earned(mine: MyResult) -> list[str]:
    """The marks of the round, and where that puts the player."""
    parts = [f"**{mine.marks:+,}**"] if mine.answer is not None and not mine.voided else []
    if mine.line:
        moved = f", up {mine.moved}" if mine.moved > 0 else f", down {-mine.moved}" if mine.moved < 0 else ""
        parts.append(f"**{ordinal(mine.line.place, shared=mine.shared)}** of {mine.players}{moved}")
    return parts


def _in_all(mine: MyResult) -> list[str]:
    """The score so far, and how long the answer took."""
    parts = [f"{mine.line.score:,} in all"] if mine.line else []
    return [*parts, f"{mine.answer.elapsed_ms / 1000:.1f} s"] if mine.answer is not None else parts


def _joined(*lines: str) -> str:
    return "\n".join(line for line in lines if line)


def reasons_screen(mine: MyResult, game: int, number: int, page: int = 0) -> Screen:
    """Every option with its reason, and the rule; long reasons have pages."""
    question, key, letters = mine.question, mine.plan.key, mine.plan.lettering
    blocks: list[Block] = [bold(question.stem), *answering.pictured(question)]
    blocks += question_card.ruled(question, letters, key)
    pages = question_card.reason_pages(question, letters, key)
    page = min(page, len(pages) - 1)
    blocks += [pages[page], RULE, *question_card.rule(question)]
    blocks += term_menu(mine.pack_id, mine.terms, "Words of this explanation…")
    turn = question_card.turn_reasons(page, len(pages), partial(ids.encode, "game.reasons", game, number))
    return Screen([*blocks, *([Row(turn)] if turn else [])])
