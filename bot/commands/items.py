"""``python -m bot items``: what everybody's first answers tell about the questions, beside a running bot or without one."""

import asyncio
import json
from collections.abc import Sequence
from pathlib import Path

from bot.clock import WallClock, utc
from bot.demos.registry import DEMOS
from bot.errors import UserError
from bot.facts import Code, Say, fact
from bot.model.rulings import AcceptedText, DecisionKind, ReportForAuthor
from bot.packs.library import Library
from bot.packs.loading import load_packs
from bot.private import write_private
from bot.quiz.question.items import ItemReport
from bot.quiz.question.statistics import SHOWN_FROM
from bot.services.lifecycle import Lifecycle
from bot.services.question.items import Bank, Items
from bot.services.question.views import HEAD, OPTIONS_HEAD, as_json, options_row, row
from bot.storage.place import Place
from bot.storage.question import rulings
from bot.ui.sheets import ENCODING, sheet
from bot.ui.worded import for_operator
from bot.wording import visible

SHOWN = 10
REPORTS_HEAD = (
    *("course", "question", "version", "is_the_present_version", "reported_at", "words", "typed_and_should_count"),
    *("decision", "option_made_the_key", "typed_and_counts", "servers", "answer", "decided_at"),
)


async def print_items(
    packs_folder: Path,
    place: Place,
    *,
    csv_file: Path | None,
    json_file: Path | None,
    reports_file: Path | None = None,
    everything: bool,
) -> int:
    """Print the worst ten questions, or all of them, and write what was asked for; the files always hold all.

    Raises PackError or StorageError when the packs or the database can't be used, UserError for a file that can't.
    """
    library, say = Library(load_packs(packs_folder, DEMOS)), for_operator
    async with place.only_reading() as db:
        bank = await Items(library, db, WallClock(), Lifecycle()).bank()
        said, accepted = await rulings.for_authors(db), await rulings.accepted_texts(db)
    if reports_file:
        lines = [*(_report(library, one) for one in said), *(_accepted(library, one) for one in accepted)]
        await _write(reports_file, sheet(REPORTS_HEAD, lines), ENCODING)
    if csv_file:
        rows = ([*row(one, say), *options_row(one.figures)] for one in bank.reports)
        await _write(csv_file, sheet((*HEAD, *OPTIONS_HEAD), rows), ENCODING)
    if json_file:
        whole = as_json(bank, say) | {"accepted_by_managers": [one._asdict() for one in accepted]}
        await _write(json_file, json.dumps(whole, indent=1, ensure_ascii=False))
    _print(bank, say, everything=everything)
    _print_accepted(library, accepted)
    return 0


def _report(library: Library, said: ReportForAuthor) -> list[str | int]:
    """A report as a row under `REPORTS_HEAD`; who wrote it, and where, is not in it. Options count from 1."""
    decision = said.decision
    row: list[str | int] = [
        *(said.pack_id, said.question_id, said.question_hash, _is_present(library, said)),
        *(_time(said.at_ms), said.words, "; ".join(said.typed)),
    ]
    if decision is None:
        return [*row, "", "", "", "", "", ""]
    key = "" if decision.key is None else decision.key + 1
    answered = decision.kind is DecisionKind.ANSWER
    typed, words = ("", decision.words) if answered else (decision.words, "")
    return [*row, decision.kind.value, key, typed, "", words, _time(decision.at_ms)]


def _accepted(library: Library, one: AcceptedText) -> list[str | int]:
    """A typed answer that managers have count, as a row under `REPORTS_HEAD`: who reported it or not is not in it."""
    return [
        *(one.pack_id, one.question_id, one.question_hash, _is_present(library, one), "", "", ""),
        *(DecisionKind.COUNT.value, "", one.text, one.servers, "", _time(one.at_ms)),
    ]


def _is_present(library: Library, about: ReportForAuthor | AcceptedText) -> str:
    present = library.question(about.pack_id, about.question_id)
    return "yes" if present and present.content_hash == about.question_hash else "no"


def _print_accepted(library: Library, accepted: Sequence[AcceptedText]) -> None:
    """The typed answers that managers have count, of questions as they are now: what an author may put into the pack."""
    now = [one for one in accepted if _is_present(library, one) == "yes"]
    if now:
        print("\nanswers that managers accepted (if they are right, add them to `accepted` of the question):")
    for one in now:
        where = "1 server" if one.servers == 1 else f"{one.servers} servers"
        print(f"{one.question_id}: {visible(one.text)} ({where})")


def _time(at_ms: int) -> str:
    return utc(at_ms).isoformat(timespec="seconds")


async def _write(file: Path, text: str, encoding: str = "utf-8") -> None:
    try:
        await asyncio.to_thread(write_private, file, text.encode(encoding))
    except (OSError, ValueError) as problem:  # ValueError: a name that no file can have
        why = getattr(problem, "strerror", None) or problem
        raise UserError(fact(Code.FILE_NOT_WRITTEN, file=str(file), why=str(why))) from problem


def _print(bank: Bank, say: Say, *, everything: bool) -> None:
    print(f"{bank.attempts:,} first attempts, {bank.flagged} of {len(bank.reports)} questions flagged")
    for pack_id, kr20 in bank.reliability.items():
        print(f"reliability of 25 questions of {pack_id} (KR-20): {'not known yet' if kr20 is None else f'{kr20:.2f}'}")
    if bank.missing:
        print(f"{bank.missing} more first attempts are needed before there is anything to tell.")
    if bank.missing and not everything:
        return
    shown = bank.reports if everything else bank.reports[:SHOWN]
    widest = max(len(one.figures.question.id) for one in shown)
    print(f"\n{'question':<{widest}}  {'n':>6}  {'right':>5}  {'95 % sure':>11}  {'discr.':>6}  flags")
    for one in shown:
        print(_line(one, widest))
    if any(one.flags for one in shown):
        print()
    for one in shown:
        for flag in one.flags:
            print(f"{one.figures.question.id}: {say(flag.advice)}")


def _line(report: ItemReport, widest: int) -> str:
    one = report.figures
    right = interval = discrimination = "-"
    if one.attempts >= SHOWN_FROM and one.facility is not None and one.interval:
        right, interval = f"{one.facility:.0%}", f"{one.interval[0]:.0%} to {one.interval[1]:.0%}"
    if one.ranked >= SHOWN_FROM and one.discrimination is not None:
        discrimination = f"{one.discrimination:+.2f}"
    names = ", ".join(flag.name for flag in report.flags)
    figures = f"{one.attempts:>6,}  {right:>5}  {interval:>11}  {discrimination:>6}"
    return f"{one.question.id:<{widest}}  {figures}  {names}".rstrip()
