"""What differs between the forms of a question on a screen: how it is answered, what is right of it, what was off."""

from collections.abc import Callable, Sequence

import discord

from bot.packs.models import LETTERS, MOST_TYPED, Question
from bot.quiz.question.asking import Given, Lettering
from bot.ui import marks
from bot.ui.forms import Checks, Field, Form
from bot.ui.layouts import (
    BLURPLE,
    Block,
    Button,
    CoursePicture,
    Row,
    Screen,
    bold,
    code_block,
    in_short,
    label,
    unstressed,
)

IN_A_ROW = 5
LONGEST_FORM_TITLE = 45
LABEL = 100
"""So long is a label in a form; the message has the options whole."""
ALSO_SHOWN = 4
NOTHING_YET = "-"
PRIMARY, SECONDARY, SUCCESS = discord.ButtonStyle.primary, discord.ButtonStyle.secondary, discord.ButtonStyle.success
HINTS = {
    "several": "-# More than one can be right: choose exactly those that are.",
    "typed": "-# You type the answer: capitals and extra spaces don't matter.",
    "order": "-# Put them in order.",
}


def listed(question: Question, lettering: Lettering) -> str:
    """The options, each behind its letter; lines of code as one block. Nothing where the answer is typed."""
    if question.items_are_code:
        lines = [f"{letter} │ {question.options[option].text.rstrip()}" for letter, option in lettering]
        return code_block("\n".join(lines), question.code_language)
    return "\n".join(
        f"{marks.letter(letter)} · {question.options[option].text.strip()}" for letter, option in lettering
    )


def pictured(question: Question) -> list[Block]:
    """The picture that is asked about; nothing where the question has none."""
    return [CoursePicture(question.picture, question.alt)] if question.picture else []


def asked(question: Question, lettering: Lettering, *, once: bool = False) -> list[Block]:
    """What stands below the stem: the picture, the options and, where it is not one of them, how to answer.

    ``once``: the first answer counts, so that it is told what becomes of a slip.
    """
    hint = HINTS.get(question.form, "")
    if once and question.accepted:
        hint += " One wrong letter in a long word is forgiven." if question.near_counts else " Spelling counts."
    said = [part for part in (listed(question, lettering), hint) if part]
    return [*pictured(question), *said]


def buttons_in_rows(buttons: Sequence[Button]) -> list[Row]:
    """Buttons in one row or, from six on, in two; none for a question that is still being written."""
    half = len(buttons) if len(buttons) <= IN_A_ROW else -(-len(buttons) // 2)
    return [Row(buttons[at : at + half]) for at in range(0, len(buttons), half or 1)]


def letters(
    lettering: Lettering, action: Callable[[int], str], *, given: Given | None = None, locked: bool = False
) -> list[Row]:
    """The letters to press; ``action`` makes the custom id of the i-th.

    Once an answer was given they stay where they were, and none can be pressed; nor while they are ``locked``.
    """
    chosen = given.options if given else ()
    return buttons_in_rows(
        [
            Button(
                LETTERS[i],
                action(i),
                PRIMARY if given is None or option in chosen else SECONDARY,
                disabled=given is not None or locked,
            )
            for i, option in enumerate(lettering.order)
        ]
    )


def ways_to_answer(
    question: Question,
    lettering: Lettering,
    pick: Callable[[int], str],
    begin: str,
    *,
    given: Given | None = None,
    locked: bool = False,
) -> list[Row]:
    """The letters, or in another form the button that begins an answer, with the custom id ``begin``."""
    if question.form == "choice":
        return letters(lettering, pick, given=given, locked=locked)
    return [Row([Button("Answer", begin, PRIMARY, disabled=given is not None or locked)])]


def form_of(question: Question, lettering: Lettering, form_id: str) -> Form:
    """The form in which a question is answered that is neither a choice nor an order."""
    title = in_short(question.stem, LONGEST_FORM_TITLE)
    if question.form == "several":
        named = [
            (f"{letter} · {unstressed(question.options[option].text)}", str(n))
            for n, (letter, option) in enumerate(lettering)
        ]
        checks = Checks("chosen", "Which ones are right?", [(label(name, LABEL), value) for name, value in named])
        return Form(title, form_id, [checks])
    what = "A number" if question.number is not None else "Your answer"
    return Form(title, form_id, [Field("typed", what, "", MOST_TYPED, short=True)])


def submitted(question: Question, fields: dict[str, str]) -> tuple[int, ...] | str:
    """What a form brought: the places that were checked, or what was typed."""
    if question.form == "several":
        return tuple(int(one) for one in fields.get("chosen", "").split("\n") if one.isdecimal())
    return fields.get("typed", "")


def picked_of(text: str) -> tuple[int, ...]:
    """The places that were pressed so far, from how a button's id has them."""
    return tuple(int(one) for one in text if one.isdecimal())


def ordering(
    question: Question,
    lettering: Lettering,
    picked: tuple[int, ...],
    step: Callable[[str], str],
    send: Callable[[str], str],
) -> list[Block]:
    """The letters to press in order, what was pressed so far, *Undo* and *Send*; ``step`` and ``send`` make custom ids."""
    so_far = " → ".join(LETTERS[place] for place in picked)
    written = "".join(map(str, picked))
    buttons = [
        Button(LETTERS[n], step(f"{written}{n}"), SECONDARY if n in picked else PRIMARY, disabled=n in picked)
        for n in range(len(lettering.order))
    ]
    whole = len(picked) == len(lettering.order)
    undo = Button("Undo", step(written[:-1] or NOTHING_YET), disabled=not picked)
    done = Button("Send", send(written or NOTHING_YET), SUCCESS, disabled=not whole)
    words = f"Your order: **{so_far}**" if picked else "Press the letters in the right order, the first one first."
    return [words, *buttons_in_rows(buttons), Row([undo, done])]


def ordering_screen(
    question: Question,
    lettering: Lettering,
    picked: tuple[int, ...],
    step: Callable[[str], str],
    send: Callable[[str], str],
) -> Screen:
    """The same in a message of its own, with what is asked."""
    shown: list[Block] = [bold(question.stem), *pictured(question), listed(question, lettering)]
    return Screen([*shown, *ordering(question, lettering, picked, step, send)], BLURPLE)


def right_letters(question: Question, lettering: Lettering, key: int) -> str:
    """What is right, as people call it: a letter, letters, or the text."""
    if question.form == "choice":
        return lettering.letter(key)
    if question.form == "several":
        return ", ".join(letter for letter, option in lettering if question.options[option].correct)
    if question.form == "order":
        return " → ".join(lettering.letter(option) for option in range(len(question.options)))
    return question.answer


def right_in_full(question: Question, lettering: Lettering) -> str:
    """What is right beyond what it is called, in the forms without a key: the options, the order, what else is accepted."""
    if question.form == "several":
        lines = [
            f"✅ {marks.letter(letter)} · {_reasoned(question, o)}"
            for letter, o in lettering
            if question.options[o].correct
        ]
        return "\n".join(lines)
    if question.form == "order":
        if question.items_are_code:
            return code_block("\n".join(option.text.rstrip() for option in question.options), question.code_language)
        return "\n".join(f"{n}. {option.text.strip()}" for n, option in enumerate(question.options, 1))
    if question.number is not None:
        low, high = question.number - question.tolerance, question.number + question.tolerance
        return f"-# Anything from {low:g} to {high:g} is right." if question.tolerance else ""
    also = question.accepted[1 : 1 + ALSO_SHOWN]
    return f"-# Also right: {', '.join(also)}" if also else ""


def _reasoned(question: Question, option: int) -> str:
    why = question.options[option].why.strip()
    return question.options[option].text.strip() + (f"\n{why}" if why else "")


def what_was_off(question: Question, lettering: Lettering, given: Given) -> str:
    """What was missed, and what was chosen that is not right."""
    if question.form != "several":
        return ""
    right = {place for place, option in enumerate(question.options) if option.correct}
    chosen = set(given.options)
    parts = []
    for words, options in (("Missed", right - chosen), ("Chosen, but not right", chosen - right)):
        if options:
            parts.append(f"{words}: **{', '.join(letter for letter, option in lettering if option in options)}**")
    return " · ".join(parts)
