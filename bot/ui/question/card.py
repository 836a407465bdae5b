"""A question as people see it: asked, chosen, revealed, explained; in practice, rounds, the daily question and flags."""

from collections.abc import Callable, Mapping

import discord

from bot.packs.models import Misconception, Question
from bot.packs.numbered import numbered
from bot.quiz.question.asking import LETTERS, FilePlace, Given, Lettering, is_right
from bot.ui import marks
from bot.ui.layouts import Button, Row, bold, code_block

RETIRED = (
    "-# ⚖️ Your managers have taken this question out here: it is not asked any more, and answers count for nobody."
)
BAR_LENGTH = 8
"""Cells of a bar; each stands for an eighth of all answers."""


def stem(question: Question) -> str:
    """What is asked, with its code; its lines are numbered where a text names one."""
    return bold(question.stem) + ("\n" + code_block(numbered(question)) if question.code else "")


def options(question: Question, lettering: Lettering) -> str:
    """The options, each behind its letter."""
    return "\n".join(f"{marks.letter(letter)} · {_text(question, option)}" for letter, option in lettering)


def letters(
    lettering: Lettering, action: Callable[[int], str], *, given: Given | None = None, locked: bool = False
) -> Row:
    """The letters to press; ``action`` makes the custom id of the i-th.

    Once an answer was given they stay where they were, and none can be pressed; nor while they are ``locked``.
    """
    primary, secondary = discord.ButtonStyle.primary, discord.ButtonStyle.secondary
    chosen = given.options if given else ()
    return Row(
        [
            Button(
                LETTERS[i],
                action(i),
                primary if given is None or option in chosen else secondary,
                disabled=given is not None or locked,
            )
            for i, option in enumerate(lettering.order)
        ]
    )


def marked_options(question: Question, key: int | None) -> str:
    """The options as they stand in the file, the right one marked; ``key`` may be another than the course's, or none."""
    lines = []
    for letter, option in zip(LETTERS, range(len(question.options)), strict=False):
        course = " *(the course's key)*" if option == question.key != key else ""
        lines.append(f"{'✅' if option == key else '▫️'} {marks.letter(letter)} · {_text(question, option)}{course}")
    return "\n".join(lines)


def right_one(question: Question, lettering: Lettering, key: int, lead: str = "**Right was {}**") -> str:
    """The right option with its reason; ``lead`` says so, with the letter in it."""
    return f"{lead.format(lettering.letter(key))} · {reasoned(question, key)}"


def verdict(question: Question, lettering: Lettering, given: Given, key: int) -> str:
    """Whether an answer was right, and why, where the options don't stand above it."""
    mark = "✅ Right" if is_right(given, key) else "❌ Not quite"
    words = f"### {mark}: you chose {lettering.called(given)}"
    return words if given.option is None else f"{words}\n{reasoned(question, given.option)}"


def verdict_below_options(question: Question, lettering: Lettering, given: Given, key: int) -> str:
    """The same below the options, where the right one follows at once."""
    called, reason = lettering.called(given), "" if given.option is None else f"\n{why(question, given.option)}"
    if is_right(given, key):
        return f"### ✅ Right: {called}{reason}"
    right = right_one(question, lettering, key, "**The right answer is {}**")
    return f"### ❌ Not quite: you chose {called}{reason}\n{right}"


def reasons(question: Question, lettering: Lettering, key: int, given: Given | None = None) -> str:
    """Every option with its reason; what was chosen is named."""
    chosen = given.options if given else ()
    return "\n\n".join(
        f"{'✅' if option == key else '❌'} {marks.letter(letter)} · {_text(question, option)}"
        f"{' *(your choice)*' if option in chosen else ''}\n{why(question, option)}"
        for letter, option in lettering
    )


def bars(question: Question, lettering: Lettering, key: int, counts: Mapping[FilePlace, int]) -> str:
    """How the answers were shared out, as text: letter, bar, count; the right option is marked where it stands."""
    return "\n".join(f"{'✅' if o == key else '▫️'} {line}" for o, line in _bars(question, lettering, counts))


def bars_with_reasons(question: Question, lettering: Lettering, key: int, counts: Mapping[FilePlace, int]) -> str:
    """The same, each with its reason."""
    return "\n\n".join(
        f"{'✅' if option == key else '❌'} {line}\n{why(question, option)}"
        for option, line in _bars(question, lettering, counts)
    )


def _bars(question: Question, lettering: Lettering, counts: Mapping[FilePlace, int]) -> list[tuple[FilePlace, str]]:
    """Each option's line. The count ends the bar's own code span: the text after it may begin with a number too."""
    answers = max(sum(counts.values()), 1)
    width = len(str(answers))
    lines = []
    for letter, option in lettering:
        count = counts.get(option, 0)
        cells = round(BAR_LENGTH * count / answers)
        bar = f"{'█' * cells}{'░' * (BAR_LENGTH - cells)} {count:>{width}}"
        lines.append((option, f"{marks.letter(letter)} `{bar}` · {_text(question, option)}"))
    return lines


def rule(question: Question) -> str:
    """The rule in short, and where it is documented."""
    source = f"\n-# [Source]({question.source})" if question.source else ""
    return f"**The rule**: {question.explanation.strip()}{source}"


def ruled(question: Question, lettering: Lettering, key: int, *, retired: bool = False) -> list[str]:
    """That the managers of this server decided otherwise than the course, and what that does to the reasons."""
    if retired:
        return [RETIRED]
    if key == question.key:
        return []
    return [
        f"-# ⚖️ Your managers changed the key of this question here, to **{lettering.letter(key)}**. "
        f"The reasons are the course's own, and take **{lettering.letter(question.key)}** for right."
    ]


def _text(question: Question, option: int) -> str:
    return question.options[option].text.strip()


def reasoned(question: Question, option: int) -> str:
    """An option with its reason."""
    return f"{_text(question, option)}\n{why(question, option)}"


def myth(found: Misconception) -> str:
    """A belief behind a wrong choice, and what is true."""
    return f"**Common myth:** “{found.belief}” **Actually:** {found.correction}"


def why(question: Question, option: int) -> str:
    """Why an option is right, or wrong."""
    return question.options[option].why.strip()
