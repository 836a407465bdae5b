"""What a competition honours beside its places."""

import statistics
from collections.abc import Sequence

from bot.quiz.competition.standings import Standing
from bot.quiz.competition.state import Competition, Played, RoundPlan
from bot.quiz.question.asking import FilePlace, Sureness, times_chosen

EXPECTED = {Sureness.GUESS: 0.4, Sureness.THINK: 0.75, Sureness.SURE: 1.0}
"""How often somebody who knows themselves is right when they say so."""
ANSWERS_TO_JUDGE = 3
RUN = 3
"""So many right answers one after the other are worth a word."""


def got_it(plan: RoundPlan, played: Played) -> list[int]:
    """The members who answered a round right."""
    return [member for member, one in played.answers.items() if plan.is_right(one.given)]


def runs(state: Competition, number: int) -> list[tuple[int, int]]:
    """Members with `RUN` or more right answers in a row up to this round, and how many those are; the longest first.

    Rounds that were skipped neither add to a run nor end it.
    """
    going = dict.fromkeys(got_it(state.plans[number], state.played[number]), 0)
    ended: set[int] = set()
    for plan, played in zip(state.plans[number::-1], state.played[number::-1], strict=True):
        if played.voided:
            continue
        right = set(got_it(plan, played))
        ended |= going.keys() - right
        for member in going.keys() - ended:
            going[member] += 1
    return sorted(((m, n) for m, n in going.items() if n >= RUN), key=lambda one: (-one[1], one[0]))


def fastest(plan: RoundPlan, played: Played) -> tuple[int, int] | None:
    """The member with the fastest right answer of a round, and its milliseconds."""
    right = [(one.elapsed_ms, member) for member, one in played.answers.items() if plan.is_right(one.given)]
    return min(right)[::-1] if right else None


def most_improved(state: Competition, lines: Sequence[Standing]) -> int | None:
    """Who had the most right answers more in the second half than in the first, of four rounds or more."""
    counted = [number for number, one in enumerate(state.played) if not one.voided]
    half = len(counted) // 2
    if half < 2:
        return None

    def right(member_id: int, rounds: Sequence[int]) -> int:
        return sum(
            (one := state.played[n].answers.get(member_id)) is not None and state.plans[n].is_right(one.given)
            for n in rounds
        )

    gains = {
        line.member_id: right(line.member_id, counted[-half:]) - right(line.member_id, counted[:half]) for line in lines
    }
    member_id, gain = max(gains.items(), key=lambda item: item[1])
    return member_id if gain > 0 else None


def most_missed(state: Competition) -> int | None:
    """The round that the smallest share got, of those in which two or more answered; None where nobody missed any."""
    shares = {
        number: len(got_it(plan, played)) / len(played.answers)
        for number, (plan, played) in enumerate(zip(state.plans, state.played, strict=False))
        if len(played.answers) >= 2
    }
    number = min(shares, key=lambda one: shares[one], default=None)
    return number if number is not None and shares[number] < 1 else None


def commonest_mistake(plan: RoundPlan, played: Played) -> tuple[FilePlace | None, int]:
    """The wrong option that most chose in a round (None: nobody was wrong), and how many did."""
    wrong = times_chosen(one.given for one in played.answers.values() if not plan.is_right(one.given))
    option = max(wrong, key=lambda one: (wrong[one], -one), default=None)
    return option, wrong.get(option, 0) if option is not None else 0


def best_calibrated(state: Competition) -> int | None:
    """Whose words on how sure they were came nearest to being right, over at least three answers."""
    misses: dict[int, list[float]] = {}
    for played, plan in zip(state.played, state.plans, strict=False):
        for member, one in played.answers.items():
            misses.setdefault(member, []).append(abs(EXPECTED[one.sureness] - plan.is_right(one.given)))
    means = {member: statistics.mean(values) for member, values in misses.items() if len(values) >= ANSWERS_TO_JUDGE}
    return min(means, key=lambda member: means[member]) if means else None
