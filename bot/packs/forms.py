"""What the form of a question asks for: so many options, which of them are right, and the reasons that a course promises."""

from collections.abc import Iterator

from bot.packs.faults import Fault
from bot.packs.linting import At
from bot.packs.models import OTHER, Question, Standard

WITH_KEYS = ("choice", "several")
"""The forms in which options are right or wrong."""
FEWEST_AND_MOST = {"choice": (2, 10), "several": (2, 10), "order": (3, 8), "typed": (0, 0)}
FEWEST_AND_MOST_PROVEN = {**FEWEST_AND_MOST, "choice": (3, 4)}


def option_faults(question: Question, misconceptions: set[str], at: At, standard: Standard) -> list[Fault]:
    """What is wrong with a question's options, by its form and what the standard asks of each."""
    faults = list(_form_faults(question, standard, at))
    right = [index for index, option in enumerate(question.options) if option.correct]
    if question.form == "choice" and len(right) != 1:
        how = "exactly one option with correct: true"
        how += "" if standard == "proven" else ", or its text or letter under `answer`"
        faults.append(at(question, ("options",), f"{how}, not {len(right)}"))
    for index, option in enumerate(question.options):
        if option.correct and option.misconception:
            expected = "no misconception on the right option"
            faults.append(at(question, ("options", index, "misconception"), expected))
        if standard != "plain" and question.form in WITH_KEYS and not option.why:
            faults.append(at(question, ("options", index, "why"), "this field is required"))
        needs_a_belief = standard == "proven" and question.form in WITH_KEYS
        if needs_a_belief and not option.correct and option.misconception is None:
            expected = "a misconception: the belief that makes this option attractive"
            faults.append(at(question, ("options", index), expected))
        if option.misconception and option.misconception not in {*misconceptions, OTHER}:
            expected = f"a misconception of pack.yaml, not {option.misconception}"
            faults.append(at(question, ("options", index, "misconception"), expected))
    return faults


def _form_faults(question: Question, standard: Standard, at: At) -> Iterator[Fault]:
    """What the form of a question asks for: so many options, or what is right of what is typed."""
    low, high = FEWEST_AND_MOST[question.form] if standard != "proven" else FEWEST_AND_MOST_PROVEN[question.form]
    found = len(question.options)
    if not low <= found <= high:
        limit = f"at least {low}" if found < low else f"at most {high}"
        where = ("options",) if question.form != "typed" or found else ()
        yield at(question, where, f"{limit} in the list, not {found}" if high else "no options: it is typed")
    right = sum(option.correct for option in question.options)
    if question.form == "several" and not right:
        yield at(question, ("options",), "one option or more with correct: true, not 0")
    if question.form == "order" and right:
        yield at(question, ("options",), "no correct: true in an order; the options stand in the right one")
    for index, order in enumerate(question.orders):
        if question.form != "order" or sorted(order) != list(range(1, found + 1)):
            yield at(question, ("orders", index), f"each place from 1 to {found} once, in an order that is right")
    is_typed, given = question.form == "typed", bool(question.accepted) + (question.number is not None)
    if is_typed and given != 1:
        yield at(question, (), "`accepted` texts or a `number`, one of the two")
    if not is_typed and given:
        field = "accepted" if question.accepted else "number"
        yield at(question, (field,), f"`form: typed` where `{field}` says what is right")
