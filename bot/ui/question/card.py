"""A question as people see it: asked, chosen, revealed, explained; in practice, rounds, the daily question and flags."""

from collections.abc import Callable

from bot.packs.models import LETTERS, Misconception, Question
from bot.packs.numbered import numbered
from bot.quiz.question.asking import FilePlace, Given, Lettering, Shares, is_right, slip_from
from bot.quiz.question.asking import lettering as lettering_of
from bot.ui import marks
from bot.ui.layouts import Block, Button, CoursePicture, bold, code_block
from bot.ui.question import answering

RETIRED = "-# ⚖️ Your managers retired this question here: it is no longer asked, and answers to it don't count."
ACCEPTED = "-# ⚖️ The course doesn't list this answer, but your managers accepted it here."
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


def marked_options(question: Question, key: int | None) -> str:
    """The options as they stand in the file, what is right marked; ``key`` may be another than the course's, or none."""
    if question.form in ("typed", "order"):
        return f"**Right**: {question.answer}\n{answering.right_in_full(question, in_file_order(question))}".rstrip()
    lines = []
    for letter, option in zip(LETTERS, range(len(question.options)), strict=False):
        right = option == key if question.form == "choice" else question.options[option].correct
        course = " *(the course's key)*" if question.form == "choice" and option == question.key != key else ""
        lines.append(f"{'✅' if right else '▫️'} {marks.letter(letter)} · {_text(question, option)}{course}")
    return "\n".join(lines)


def in_file_order(question: Question) -> Lettering:
    """The options as they stand in the file, for those who know what is right."""
    return lettering_of(range(len(question.options)))


def answer(question: Question, lettering: Lettering, key: int) -> str:
    """What is right, in a line."""
    called = answering.right_letters(question, lettering, key)
    return f"{called} · {_text(question, key)}" if question.form == "choice" else called


def right_one(question: Question, lettering: Lettering, key: int, lead: str = "**Right was {}**") -> str:
    """What is right, with its reason; ``lead`` says so, with its letter or letters in it."""
    said = lead.format(answering.right_letters(question, lettering, key))
    if question.form == "choice":
        return f"{said} · {reasoned(question, key)}"
    return said + below(answering.right_in_full(question, lettering))


def verdict(question: Question, lettering: Lettering, given: Given, key: int) -> str:
    """Whether an answer was right, and why, where the options don't stand above it."""
    mark = "✅ Right" if is_right(given, key) else "❌ Not quite"
    words = f"### {mark}: {_you(question)} {lettering.called(given)}"
    return words + (
        below(off(question, lettering, given)) if given.option is None else f"\n{reasoned(question, given.option)}"
    )


def verdict_below_options(question: Question, lettering: Lettering, given: Given, key: int) -> str:
    """The same below the options, where what is right follows at once."""
    reason = below(off(question, lettering, given) if given.option is None else why(question, given.option))
    called = lettering.called(given)
    if is_right(given, key):
        more = below(answering.right_in_full(question, lettering)) if question.form in ("several", "order") else ""
        return f"### ✅ Right: {called}{reason}{more}"
    right = right_one(question, lettering, key, "**The right answer is {}**")
    return f"### ❌ Not quite: {_you(question)} {called}{reason}\n{right}"


def yours(question: Question, lettering: Lettering, given: Given) -> str:
    """What a member gave, and what was off, in the forms where no single option is the key."""
    said = f"**{_you(question).capitalize()} {lettering.called(given)}**"
    return said + below(off(question, lettering, given))


def _you(question: Question) -> str:
    return {"typed": "you typed", "order": "your order was"}.get(question.form, "you chose")


def off(question: Question, lettering: Lettering, given: Given) -> str:
    """What was missed, and what was chosen that is not right, where several options are."""
    return "" if given.right else answering.what_was_off(question, lettering, given)


def reasons(question: Question, lettering: Lettering, key: int, given: Given | None = None) -> str:
    """Every option with its reason; what was chosen is named. In the forms without a key: what is right in full."""
    if question.form in ("typed", "order"):
        return right_one(question, lettering, key, "**The answer is {}**")
    chosen = given.options if given else ()
    return "\n\n".join(
        f"{'✅' if _is_key(question, option, key) else '❌'} {marks.letter(letter)} · {_text(question, option)}"
        f"{' *(your choice)*' if option in chosen else ''}{below(why(question, option))}"
        for letter, option in lettering
    )


def _is_key(question: Question, option: int, key: int) -> bool:
    return question.options[option].correct if question.form == "several" else option == key


def reason_pages(question: Question, lettering: Lettering, key: int, given: Given | None = None) -> list[str]:
    """The same in as many parts as messages take; nearly always one."""
    pages: list[str] = []
    whole = reasons(question, lettering, key, given)
    beside = question.stem + question.explanation + origin(question)
    longer = marks.longer_by(whole)
    length, size = len(whole + beside) + longer, len((whole + beside).encode()) + longer
    if length <= WITH_REASONS_CHARACTERS and size <= WITH_REASONS_BYTES:
        return [whole]
    for one in whole.split("\n\n"):
        together = f"{pages[-1]}\n\n{one}" if pages else one
        if pages and len(together) <= REASONS_CHARACTERS and len(together.encode()) <= REASONS_BYTES:
            pages[-1] = together
        else:
            pages.append(one)
    return pages


def turn_reasons(page: int, pages: int, action: Callable[[int], str]) -> list[Button]:
    """The button to the next part of the reasons, where there are several; after the last comes the first."""
    if pages < 2:
        return []
    return [Button(f"Reasons {page + 1} of {pages} ▶", action((page + 1) % pages))]


def bars(question: Question, lettering: Lettering, key: int, shares: Shares) -> list[str]:
    """How the answers were shared out, as text: letter, bar, count; what is right is marked where it stands.

    Of answers that were typed or put in order only how many are right is shown: what members type is theirs. Nothing where
    nobody gave one.
    """
    lines = _bars(question, lettering, key, shares)
    return ["\n".join(f"{'✅' if right else '▫️'} {line}" for _, right, line in lines)] if lines else []


def bars_with_reasons(question: Question, lettering: Lettering, key: int, shares: Shares) -> list[str]:
    """The same, each option with its reason."""
    if question.form in ("typed", "order"):
        return bars(question, lettering, key, shares)
    lines = _bars(question, lettering, key, shares)
    return [
        "\n\n".join(
            f"{'✅' if right else '❌'} {line}{below(why(question, option))}"
            for option, right, line in lines
            if option is not None
        )
    ]


def _bars(
    question: Question, lettering: Lettering, key: int, shares: Shares
) -> list[tuple[FilePlace | None, bool, str]]:
    """Each line with its option, where it is one's, and whether it is right.

    The count ends the bar's own code span: the text after it may begin with a number too.
    """
    if question.form in ("typed", "order"):
        if not shares.answers:
            return []
        return [
            (None, True, f"{_bar(shares.right, shares.answers)} · right"),
            (None, False, f"{_bar(shares.answers - shares.right, shares.answers)} · something else"),
        ]
    return [
        (
            o,
            _is_key(question, o, key),
            f"{marks.letter(letter)} {_bar(shares.counts.get(o, 0), shares.answers)} · {_text(question, o)}",
        )
        for letter, o in lettering
    ]


def _bar(count: int, answers: int) -> str:
    cells = round(BAR_LENGTH * count / max(answers, 1))
    return f"`{'█' * cells}{'░' * (BAR_LENGTH - cells)} {count:>{len(str(max(answers, 1)))}}`"


def rule(question: Question) -> list[Block]:
    """The rule in short with its picture, and where it is documented; nothing where the course says none of it."""
    words = f"**The rule**: {question.explanation.strip()}" if question.explanation.strip() else ""
    found = "\n".join(line for line in (words, origin(question)) if line)
    drawn = question.explanation_picture
    return [*([found] if found else []), *([CoursePicture(drawn, question.explanation_alt)] if drawn else [])]


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
    told = question.explanation.strip() or question.explanation_picture
    return bool(told) or any(option.why.strip() for option in question.options)


def ruled(
    question: Question, lettering: Lettering, key: int, *, retired: bool = False, accepted: bool = False
) -> list[str]:
    """That the managers of this server decided otherwise than the course, and what that does to the reasons.

    ``accepted``: they have what this member typed count.
    """
    if retired:
        return [RETIRED]
    if accepted:
        return [ACCEPTED]
    if key == question.key or question.form != "choice":
        return []
    return [
        f"-# ⚖️ Your managers decided that **{lettering.letter(key)}** is the answer here. "
        f"The reasons come from the course, which says **{lettering.letter(question.key)}**."
    ]


def spelling(question: Question, given: Given) -> list[str]:
    """That what was typed is one letter off, and what that does; nothing where it is not."""
    if (meant := slip_from(question, given)) is None:
        return []
    if given.right:
        return [f"-# One letter off, which is forgiven here: it's spelled **{meant}**."]
    return ["-# Only one letter off, but in this question spelling counts."]


def forgiven(question: Question) -> list[str]:
    """That a slip counted, where the first answer is the only one."""
    return ["-# One wrong letter in a long word was forgiven."] if question.near_counts else []


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
