"""What becomes of members, competitions and ratings by rulings: from what is kept to the changes, row by row, as values."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from bot.packs.models import Question
from bot.quiz.board import totals
from bot.quiz.board.rating import Rating
from bot.quiz.board.totals import Counted, Key, Periods, Sums
from bot.quiz.competition.standings import Standing
from bot.quiz.competition.state import Competition, RoundAnswer
from bot.quiz.practice.spacing import Aim, Card
from bot.quiz.question.accepting import Accepted
from bot.quiz.question.asking import FilePlace
from bot.quiz.question.regrading import (
    Ended,
    Graded,
    Past,
    RatedGame,
    Rulings,
    RulingsOf,
    rate_anew,
    regraded,
    replayed,
)

# Members


class Inputs(NamedTuple):
    """What a member's grading follows from: histories by family, all answers in the server, bonuses by competition.

    ``mark`` tells whether answers have come or gone since.
    """

    member_id: int
    histories: Mapping[str, tuple[Past, ...]]
    answers: Mapping[int, Counted]
    void: frozenset[int]
    bonuses: Mapping[int, tuple[int, int]]
    mark: tuple[int, int]
    aim: Aim


class MemberChange(NamedTuple):
    """What becomes of a member; nothing where nothing changes. None of a card or a total: it goes."""

    inputs: Inputs
    graded: Sequence[Graded]
    cards: Mapping[str, Card | None]
    bonuses: Mapping[int, int]
    totals: Mapping[Key, Sums | None]

    @property
    def rows(self) -> int:
        """About how many rows the swap reads and writes."""
        reread = sum(map(len, self.inputs.histories.values()))
        return reread + len(self.graded) + len(self.cards) + len(self.bonuses) + len(self.totals)

    def __bool__(self) -> bool:
        return bool(self.graded or self.cards or self.bonuses or self.totals)


def family_change(
    history: Sequence[Past], rulings: RulingsOf, guild_id: int | None, aim: Aim
) -> tuple[list[Graded], Card | None]:
    """The answers of a member to one family that are graded otherwise now, and the card after all of them."""
    results, card = replayed(history, rulings, guild_id, aim)
    return [one for one, past in zip(results, history, strict=True) if one != _as_it_is(past)], card


def member_change(
    given: Inputs, rulings: RulingsOf, guild_id: int, periods: Periods, new_bonuses: Mapping[int, tuple[int, int]]
) -> MemberChange:
    """What becomes of a member's answers, cards and totals by the rulings.

    ``new_bonuses`` are those of competitions where they are others now, with when each ended.
    """
    graded: list[Graded] = []
    cards: dict[str, Card | None] = {}
    for family, history in given.histories.items():
        changed, card = family_change(history, rulings, guild_id, given.aim)
        if changed:
            graded += changed
            cards[family] = card
    own = {c: new for c, new in new_bonuses.items() if given.bonuses.get(c, (0, 0))[0] != new[0]}
    if not graded and not own:
        return MemberChange(given, [], {}, {}, {})
    before = _sums(given, given.answers, given.void, given.bonuses, guild_id, periods)
    counted, void = dict(given.answers), set(given.void)
    for one in graded:
        if one.id in counted:
            counted[one.id] = counted[one.id]._replace(points=one.points, correct=one.correct)
            (void.add if one.void else void.discard)(one.id)
    after = _sums(given, counted, void, {**given.bonuses, **own}, guild_id, periods)
    changed_totals = {key: after.get(key) for key in before.keys() | after.keys() if before.get(key) != after.get(key)}
    return MemberChange(given, graded, cards, {c: bonus for c, (bonus, _) in own.items()}, changed_totals)


def _as_it_is(past: Past) -> Graded:
    return Graded(past.id, past.answer.correct, past.void, past.points, past.kept)


def _sums(
    given: Inputs,
    counted: Mapping[int, Counted],
    void: Iterable[int],
    bonuses: Mapping[int, tuple[int, int]],
    guild_id: int,
    periods: Periods,
) -> dict[Key, Sums]:
    sums: dict[Key, Sums] = {}
    without = set(void)
    for id_, one in counted.items():
        if id_ not in without:
            totals.add_answer(sums, guild_id, given.member_id, one, periods)
    for bonus, at_ms in bonuses.values():
        if bonus:
            totals.add_bonus(sums, guild_id, given.member_id, bonus, at_ms, periods)
    return sums


# Competitions


class Result(NamedTuple):
    """A stored line of a finished competition."""

    place: int
    score: int
    right: int
    answered: int
    median_ms: int | None
    bonus: int


class Record(NamedTuple):
    """A finished competition as it is kept: its answers that counted, and its results."""

    game_id: int
    state: Competition
    questions: tuple[Question, ...]
    ended_ms: int
    counted: Sequence[Mapping[int, RoundAnswer]]
    results: Mapping[int, Result]


class RoundKey(NamedTuple):
    """A round has this key (None where it is what the question says), and these typed texts count in it too."""

    game_id: int
    round: int
    key: FilePlace | None
    accepted: Accepted


class RoundMarks(NamedTuple):
    """An answer has these marks; None where it counts for nothing."""

    game_id: int
    round: int
    member_id: int
    marks: int | None


class ResultLine(NamedTuple):
    """A player has this line; one that is ``new`` only if they are still in the game: they may have been deleted."""

    game_id: int
    line: Standing
    new: bool


class ResultBonus(NamedTuple):
    """A player has this bonus."""

    game_id: int
    member_id: int
    bonus: int


class ResultGone(NamedTuple):
    """A player has no line any more, once their bonus is taken back."""

    game_id: int
    member_id: int


class PlaceNoted(NamedTuple):
    """A player's place by a regrade changes so; noted before anything else, so that a crash does not lose it."""

    regrade_id: int
    game_id: int
    member_id: int
    before: int | None
    after: int | None


class RatingBefore(NamedTuple):
    """What a player brought into a game."""

    game_id: int
    member_id: int
    rating: Rating


class RatingNow(NamedTuple):
    """A member's rating, from a game that ended at ``at_ms`` (0: look); None when they have none any more."""

    guild_id: int
    member_id: int
    game_id: int
    rating: Rating | None
    at_ms: int


Change = RoundKey | RoundMarks | ResultLine | ResultBonus | ResultGone | PlaceNoted | RatingBefore | RatingNow
"""One row that becomes another."""


class GameChange(NamedTuple):
    """What becomes of a finished competition: rows, players without a line, places (before, after), bonuses."""

    game_id: int
    ended_ms: int
    changes: Sequence[Change]
    gone: Sequence[ResultGone]
    places: Mapping[int, tuple[int | None, int | None]]
    bonuses: Mapping[int, int]

    def __bool__(self) -> bool:
        return bool(self.changes or self.gone or self.bonuses)

    @property
    def bonus_rows(self) -> list[Change]:
        """The bonuses as rows, where they are put apart from what else becomes of the members."""
        return [ResultBonus(self.game_id, member_id, bonus) for member_id, bonus in self.bonuses.items()]

    def noted(self, regrade_id: int) -> list[Change]:
        """What notes whose place changes."""
        return [PlaceNoted(regrade_id, self.game_id, m, *places) for m, places in sorted(self.places.items())]


def game_change(of: Record, rulings: Rulings, *, everything: bool = False) -> GameChange:
    """What becomes of a finished competition by the rulings; with ``everything`` rounds without one are marked again too."""
    after = regraded(of.state, of.questions, of.counted, rulings, everything=everything)
    changes = [*_rounds(of, after), *_lines(of, after)]
    old = {member_id: one.place for member_id, one in of.results.items()}
    new = {line.member_id: line.place for line in after.lines}
    places = {m: (old.get(m), new.get(m)) for m in old.keys() | new.keys() if old.get(m) != new.get(m)}
    known = {**{line.member_id: 0 for line in after.lines}, **{m: one.bonus for m, one in of.results.items()}}
    bonuses = {m: after.bonuses.get(m, 0) for m, bonus in known.items() if bonus != after.bonuses.get(m, 0)}
    gone = [ResultGone(of.game_id, member_id) for member_id in sorted(old.keys() - new.keys())]
    return GameChange(of.game_id, of.ended_ms, changes, gone, places, bonuses)


def own_key(key: FilePlace, question: Question) -> FilePlace | None:
    """What is kept of a round's key: nothing where it is what the question says."""
    return None if key == question.key else key


def _rounds(of: Record, after: Ended) -> Iterable[Change]:
    for number, (plan, question) in enumerate(zip(after.state.plans, of.questions, strict=True)):
        before = of.state.plans[number]
        if (plan.key, plan.accepted) != (before.key, before.accepted):
            yield RoundKey(of.game_id, number, own_key(plan.key, question), plan.accepted)
    for number, (old, new) in enumerate(zip(of.state.played, after.state.played, strict=True)):
        for member_id in old.marks.keys() | new.marks.keys():
            marks = new.marks.get(member_id)
            if marks != old.marks.get(member_id):
                yield RoundMarks(of.game_id, number, member_id, marks)


def _lines(of: Record, after: Ended) -> Iterable[Change]:
    for line in after.lines:
        kept = of.results.get(line.member_id)
        shown = (line.place, line.score, line.right, line.answered, line.median_ms)
        if kept is None or shown != kept[:5]:
            yield ResultLine(of.game_id, line, new=kept is None)
    # A member's bonus is put with their answers and totals, at once; who was deleted has only the bonus.
    for member_id, bonus in after.bonuses.items():
        if member_id < 0 and ((known := of.results.get(member_id)) is None or known.bonus != bonus):
            yield ResultBonus(of.game_id, member_id, bonus)
    for member_id, known in of.results.items():
        if member_id < 0 and known.bonus and member_id not in after.bonuses:
            yield ResultBonus(of.game_id, member_id, 0)


# Ratings


class Ratings(NamedTuple):
    """A server's finished competitions from the first touched one, and its ratings; ``finished`` tells of newer ones."""

    games: Sequence[RatedGame]
    stored: Mapping[int, tuple[Rating, int]]
    finished: int


def rating_changes(guild_id: int, given: Ratings) -> list[Change]:
    """What a replay of the ratings changes; nobody gets one who is in none of these games any more."""
    replay = rate_anew(given.games)
    stored = {(game.id, member_id): one for game in given.games for member_id, one in game.before.items()}
    changes: list[Change] = [RatingBefore(*key, one) for key, one in replay.before.items() if stored.get(key) != one]
    in_game = {member_id: game.id for game in given.games for member_id in {**game.before, **game.places}}
    for member_id, (one, at_ms) in replay.after.items():
        known = given.stored.get(member_id)
        if member_id > 0 and (known is None or known[0] != one):
            changes.append(RatingNow(guild_id, member_id, in_game[member_id], one if one.games else None, at_ms))
    return changes
