"""A question as people see it: asked, chosen, revealed, explained; in practice, rounds, the daily question and flags."""

from collections.abc import Callable, Mapping

import discord

from bot.packs.models import Misconception, Question
from bot.packs.numbered import numbered
from bot.quiz.question.asking import LETTERS, FilePlace, Given, Lettering, is_right
from bot.ui.layouts import Button, Row, bold, code_block

RETIRED = (
    "-# ⚖️ Your managers have taken this question out here: it is not asked any more, and answers count for nobody."
)
IN_A_ROW = 5
WITH_REASONS_CHARACTERS, WITH_REASONS_BYTES = 3_900, 9_400
"""So much of what is asked, the reasons and the rule stands in one message."""
REASONS_CHARACTERS, REASONS_BYTES = 1_000, 2_400
"""So much of reasons, where that is not enough: a stem and a rule may have 2,300 characters."""
BAR_LENGTH = 8
"""Cells of a bar; each stands for an eighth of all answers."""


def stem(question: Question) -> str:
    """What is asked, with its code; its lines are numbered where a text names one."""
    if not question.code:
        return bold(question.stem)
    return f"{bold(question.stem)}\n{code_block(numbered(question), question.code_language)}"


def options(question: Question, lettering: Lettering) -> str:
    """The options, each behind its letter."""
    return "\n".join(f"**{letter}** · {_text(question, option)}" for letter, option in lettering)


def letters(
    lettering: Lettering, action: Callable[[int], str], *, given: Given | None = None, locked: bool = False
) -> list[Row]:
    """The letters to press, in one row or, from six on, in two; ``action`` makes the custom id of the i-th.

    Once an answer was given they stay where they were, and none can be pressed; nor while they are ``locked``.
    """
    primary, secondary = discord.ButtonStyle.primary, discord.ButtonStyle.secondary
    chosen = given.options if given else ()
    buttons = [
        Button(
            LETTERS[i],
            action(i),
            primary if given is None or option in chosen else secondary,
            disabled=given is not None or locked,
        )
        for i, option in enumerate(lettering.order)
    ]
    half = len(buttons) if len(buttons) <= IN_A_ROW else -(-len(buttons) // 2)
    return [Row(buttons[at : at + half]) for at in range(0, len(buttons), half)]


def marked_options(question: Question, key: int | None) -> str:
    """The options as they stand in the file, the right one marked; ``key`` may be another than the course's, or none."""
    lines = []
    for letter, option in zip(LETTERS, range(len(question.options)), strict=False):
        course = " *(the course's key)*" if option == question.key != key else ""
        lines.append(f"{'✅' if option == key else '▫️'} **{letter}** · {_text(question, option)}{course}")
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
    reason = "" if given.option is None else below(why(question, given.option))
    called = lettering.called(given)
    if is_right(given, key):
        return f"### ✅ Right: {called}{reason}"
    right = right_one(question, lettering, key, "**The right answer is {}**")
    return f"### ❌ Not quite: you chose {called}{reason}\n{right}"


def reasons(question: Question, lettering: Lettering, key: int, given: Given | None = None) -> str:
    """Every option with its reason; what was chosen is named."""
    chosen = given.options if given else ()
    return "\n\n".join(
        f"{'✅' if option == key else '❌'} **{letter}** · {_text(question, option)}"
        f"{' *(your choice)*' if option in chosen else ''}{below(why(question, option))}"
        for letter, option in lettering
    )


def reason_pages(question: Question, lettering: Lettering, key: int, given: Given | None = None) -> list[str]:
    """The same in as many parts as messages take; nearly always one."""
    pages: list[str] = []
    whole = reasons(question, lettering, key, given)
    beside = question.stem + question.explanation + origin(question)
    if len(whole + beside) <= WITH_REASONS_CHARACTERS and len((whole + beside).encode()) <= WITH_REASONS_BYTES:
        return [whole]
    for one in whole.split("\n\n"):
        longer = f"{pages[-1]}\n\n{one}" if pages else one
        if pages and len(longer) <= REASONS_CHARACTERS and len(longer.encode()) <= REASONS_BYTES:
            pages[-1] = longer
        else:
            pages.append(one)
    return pages


def turn_reasons(page: int, pages: int, action: Callable[[int], str]) -> list[Button]:
    """The button to the next part of the reasons, where there are several; after the last comes the first."""
    if pages < 2:
        return []
    return [Button(f"Reasons {page + 1} of {pages} ▶", action((page + 1) % pages))]


def bars(question: Question, lettering: Lettering, key: int, counts: Mapping[FilePlace, int]) -> str:
    """How the answers were shared out, as text: letter, bar, count; the right option is marked where it stands."""
    return "\n".join(f"{'✅' if o == key else '▫️'} {line}" for o, line in _bars(question, lettering, counts))


def bars_with_reasons(question: Question, lettering: Lettering, key: int, counts: Mapping[FilePlace, int]) -> str:
    """The same, each with its reason."""
    return "\n\n".join(
        f"{'✅' if option == key else '❌'} {line}{below(why(question, option))}"
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
        lines.append((option, f"**{letter}** `{bar}` · {_text(question, option)}"))
    return lines


def rule(question: Question) -> list[str]:
    """The rule in short, and where it is documented; nothing where the course says neither."""
    words = f"**The rule**: {question.explanation.strip()}" if question.explanation.strip() else ""
    found = "\n".join(line for line in (words, origin(question)) if line)
    return [found] if found else []


def origin(question: Question) -> str:
    """Where the question comes from, and under which licence, where the course says so."""
    source = question.source or ""
    if source.startswith("https://"):
        source = f"[Source]({source})"
    elif source:
        source = f"Source: {source}"
    parts = [part for part in (source, f"Licence: {question.licence}" if question.licence else "") if part]
    return f"-# {' · '.join(parts)}" if parts else ""


def credit(question: Question) -> list[str]:
    """Source and licence, beside what was right: where the licence asks for it, or there are no reasons to read."""
    asks = (question.licence or "").casefold().replace("-", " ").startswith("cc by")
    found = origin(question) if asks or not explains(question) else ""
    return [found] if found else []


def explains(question: Question) -> bool:
    """Whether there is more to read about it than which option is right."""
    return bool(question.explanation.strip()) or any(option.why.strip() for option in question.options)


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
    """An option with its reason, where it has one."""
    return f"{_text(question, option)}{below(why(question, option))}"


def below(text: str) -> str:
    """A text in a line of its own; nothing for none."""
    return f"\n{text}" if text else ""


def myth(found: Misconception) -> str:
    """A belief behind a wrong choice, and what is true."""
    return f"**Common myth:** “{found.belief}” **Actually:** {found.correction}"


def why(question: Question, option: int) -> str:
    """Why an option is right, or wrong; empty where the course doesn't say."""
    return question.options[option].why.strip()
