"""The commands of ``python -m bot``: their options, their needs, what they say without."""

import argparse
import asyncio
import gc
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from bot import __version__
from bot.clock import WallClock
from bot.commands.terminal import make_printable
from bot.errors import StudyhallError
from bot.facts import Code, Fact, fact
from bot.settings import CHECKOUT, SECRETS, Settings, load_settings, open_to_others, settings_help
from bot.telemetry import logging_to_stderr
from bot.wording import visible

if TYPE_CHECKING:
    from bot.storage.place import Place


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; returns the exit code: 0, or 1 after a sentence on standard error that says what to do."""
    for stream in (sys.stdout, sys.stderr):
        make_printable(stream)
    options = _parser().parse_args(arguments)
    try:
        code = _do(options)
        sys.stdout.flush()
        return code
    except StudyhallError as problem:
        print(_in_words(problem.fact), file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 0
    except BrokenPipeError:  # as of `python -m bot check | head`; see https://docs.python.org/3/library/signal.html
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except OSError as problem:
        if problem.filename is None:
            raise
        print(visible(f"{problem.filename} can't be used ({problem.strerror}). Choose another place."), file=sys.stderr)
        return 1


def _in_words(fact: Fact) -> str:
    from bot.ui.worded import for_operator  # with all its words, and most commands have nothing to tell

    return visible(for_operator(fact), keep="\n")


def _do(options: argparse.Namespace) -> int:
    if options.command not in {None, "run"}:
        gc.enable()  # a bot that starts turns it on itself, when everything is loaded
    if options.command == "check":
        return _check(options)
    if options.command == "export":
        return _export(options)
    settings = load_settings()
    if options.command == "import":
        return _import(settings, options)
    if options.command == "write":
        return _write(settings, options)
    if remark := open_to_others():
        print(remark, file=sys.stderr)
    for name in SECRETS:
        os.environ.pop(name, None)  # processes that are started from here on do not inherit them
    if options.command == "demo":
        return _demo(settings, options)
    if options.command == "backup":
        return _backup(settings, options)
    if options.command == "restore":
        return _restore(settings, options)
    if options.command == "deletions":
        return _deletions(settings, options)
    if options.command == "move":
        return _move(settings, options)
    if options.command == "processes":
        return _processes(settings, options)
    if options.command == "courses":
        return _courses(settings, options)
    if options.command == "repair":
        return asyncio.run(_repair(settings))
    if options.command == "items":
        return _items(settings, options)
    if options.command == "run" or (settings.token and options.command is None):
        return _run(settings)
    gc.enable()
    return _play(settings, options)


def _parser() -> argparse.ArgumentParser:
    width = max(len(one.name) for one in settings_help())
    settings = "\n".join(
        f"  {one.name:<{width}}  {one.what}\n{'':{width + 4}}(default: {one.default})" for one in settings_help()
    )
    parser = argparse.ArgumentParser(
        prog="python -m bot",
        description="Studyhall, a tutor and quiz bot for Discord study groups.\n"
        "Without a command: runs the bot if DISCORD_TOKEN is set, else opens the playground.",
        epilog=f"settings, from the environment or a .env file in the working folder:\n{settings}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"Studyhall {__version__}")
    _add_play_options(parser)
    commands = parser.add_subparsers(dest="command", metavar="command")
    commands.add_parser("run", help="join Discord with the token in DISCORD_TOKEN")
    play = commands.add_parser("play", help="open the playground: a small Discord on this machine, no account needed")
    _add_play_options(play)
    write = commands.add_parser("write", help="open the workbench: write questions, and see them as learners will")
    write.add_argument(
        "folder", nargs="?", type=Path, help="a course's folder, or one that holds courses (default: all packs)"
    )
    _add_play_options(write, "workbench")
    check = commands.add_parser("check", help="check a pack, or all of them, and list every fault")
    check.add_argument(
        "folder", nargs="?", type=Path, help="a pack's folder, or one that holds packs (default: all packs)"
    )
    check.add_argument("--strict", action="store_true", help="fail for warnings too, not only for what a start refuses")
    check.add_argument("--schema", action="store_true", help="print the JSON Schema of the files instead")
    _add_exchange(commands)
    demo = commands.add_parser("demo", help="measure a claim of the lesson here in the terminal, without Discord")
    demo.add_argument("name", nargs="?", help="which one (default: list them)")
    demo.add_argument("--rounds", type=int, choices=range(1, 10), help="how often each variant is measured")
    demo.add_argument("--json", action="store_true", help="print every sample as JSON instead of a table")
    demo.add_argument(
        "--chart",
        type=Path,
        metavar="FILE",
        help="where the chart goes (default: studyhall-NAME.png); the timeline goes beside it",
    )
    _add_database_commands(commands)
    items = commands.add_parser(
        "items", help="what everybody's first answers tell about the questions, the worst first"
    )
    items.add_argument("--csv", type=Path, metavar="FILE", help="write every question there, for a spreadsheet")
    items.add_argument("--json", type=Path, metavar="FILE", help="write every question there, as JSON")
    items.add_argument(
        "--reports", type=Path, metavar="FILE", help="write what members reported, and what was decided, there"
    )
    items.add_argument("--all", action="store_true", help="print all questions instead of the worst ten")
    commands.add_parser(
        "repair", help="grade by the managers' decisions and recount the boards' totals; stop the bot first"
    )
    return parser


def _add_database_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    backup = commands.add_parser("backup", help="copy the database, checked, while the bot may be running")
    backup.add_argument("file", nargs="?", type=Path, help="where to (default: backups/ in the data folder)")
    backup.add_argument(
        "--done",
        action="store_true",
        help="for a PostgreSQL, which its own tools copy: note that a copy was made just now",
    )
    restore = commands.add_parser("restore", help="put a backup in the place of the database; stop the bot first")
    restore.add_argument("file", type=Path, help="the backup")
    restore.add_argument(
        "--keep-members",
        action="store_true",
        help="bring back members deleted for being away (STUDYHALL_RETENTION_DAYS); never those who asked to be deleted",
    )
    deletions = commands.add_parser(
        "deletions", help="write the list of who was deleted to a file that you keep, or apply it after a restore"
    )
    deletions.add_argument("file", type=Path, help="the list; what it lacks is added to it")
    deletions.add_argument(
        "--apply", action="store_true", help="delete again whoever the file lists; stop the bot first"
    )
    deletions.add_argument(
        "--keep-members", action="store_true", help="with --apply: but those who were only deleted for being away"
    )
    move = commands.add_parser("move", help="copy the database to another engine, checked; stop the bot first")
    move.add_argument(
        "--to", required=True, metavar="PLACE", help="the address of a PostgreSQL, or the name of a file for SQLite"
    )
    courses = commands.add_parser("courses", help="list the courses that servers have made for themselves")
    switch = courses.add_mutually_exclusive_group()
    switch.add_argument("--off", type=int, metavar="N", help="switch the course of that number off; stop the bot first")
    switch.add_argument("--on", type=int, metavar="N", help="let its server decide again; stop the bot first")
    processes = commands.add_parser(
        "processes",
        help="list the bots that run on one PostgreSQL and their shards, drain one, change how many shards there are",
    )
    changes = processes.add_mutually_exclusive_group()
    changes.add_argument("--drain", metavar="NAME", help="have one hand over its shards and take no others")
    changes.add_argument("--resume", metavar="NAME", help="have it take shards again")
    changes.add_argument("--shards", type=int, choices=range(1, 100_001), metavar="N", help="go on with so many shards")


def _add_exchange(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """The commands that take questions in and give them out."""
    taken = commands.add_parser("import", help="take questions of another program into a course")
    taken.add_argument(
        "files",
        nargs="+",
        type=Path,
        metavar="FILE",
        help="GIFT, Moodle XML, CSV, XLSX, Aiken, QTI, a zip of a course and others",
    )
    taken.add_argument(
        "--into", type=Path, metavar="PACK", help="the course's folder (default: one of its own among the packs)"
    )
    taken.add_argument("--format", default="", metavar="NAME", help="what the file is (default: told by its content)")
    taken.add_argument("--encoding", metavar="NAME", help="how its text is encoded (default: told by its content)")
    taken.add_argument(
        "--front", default="", metavar="FIELD", help="of an Anki note: what is asked (default: the first)"
    )
    taken.add_argument("--back", default="", metavar="FIELD", help="and what is to be typed (default: the second)")
    taken.add_argument("--update", action="store_true", help="take over what reads otherwise now")
    given = commands.add_parser("export", help="write a course's questions for another program")
    given.add_argument("pack", type=Path, help="the course's folder; with none there, a table to fill in is written")
    given.add_argument(
        "--to", required=True, metavar="FORMAT", help="csv, xlsx, gift, moodle-xml, markdown, anki or zip"
    )
    given.add_argument("file", type=Path, help="where to")


def _add_play_options(parser: argparse.ArgumentParser, what: str = "playground") -> None:
    parser.add_argument("--no-browser", action="store_true", help=f"{what}: print the address, open no browser")
    parser.add_argument("--port", type=int, default=0, help=f"{what}: the port (default: any that is free)")


def _run(settings: Settings) -> int:
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")  # none is wanted, and the look for some takes its time
    from bot.app import run

    if not settings.token:
        print(
            "DISCORD_TOKEN is not set. Put the bot's token there (the README says where to get it), "
            "or try `python -m bot play`, which needs none.",
            file=sys.stderr,
        )
        return 1
    with logging_to_stderr(settings.log_level, settings.log_format, settings.secrets):
        asyncio.run(run(settings))
    return 0


def _is_port(port: int) -> bool:
    if not 0 <= port <= 65535:
        print("--port should be a number from 0 to 65535.", file=sys.stderr)
    return 0 <= port <= 65535


def _play(settings: Settings, options: argparse.Namespace) -> int:
    from bot.playground.play import play

    if not _is_port(options.port):
        return 1
    with logging_to_stderr(settings.log_level, settings.log_format):
        return asyncio.run(play(settings, port=options.port, open_browser=not options.no_browser))


def _write(settings: Settings, options: argparse.Namespace) -> int:
    from bot.workbench.write import write

    if not _is_port(options.port):
        return 1
    for name in SECRETS:
        os.environ.pop(name, None)  # a program that proves an answer inherits nothing
    with logging_to_stderr(settings.log_level, settings.log_format):
        return asyncio.run(write(settings, options.folder, port=options.port, open_browser=not options.no_browser))


def _demo(settings: Settings, options: argparse.Namespace) -> int:
    from bot.commands.demo import run_demo

    return asyncio.run(
        run_demo(
            options.name,
            rounds=options.rounds or settings.demo_rounds,
            wall_seconds=settings.demo_seconds,
            as_json=options.json,
            chart_file=options.chart,
        )
    )


def _check(options: argparse.Namespace) -> int:
    from bot.commands.check import check_packs
    from bot.packs.models import json_schema

    if options.schema:
        print(json.dumps(json_schema(), indent=2))
        return 0
    return check_packs(
        options.folder or load_settings().packs_dir, CHECKOUT / "tests" / "content", strict=options.strict
    )


def _import(settings: Settings, options: argparse.Namespace) -> int:
    from bot.commands.import_questions import import_files
    from bot.exchange.formats import READ, refuse_unknown

    refuse_unknown(options.format, ("", *READ))
    return import_files(
        options.files,
        settings.packs_dir,
        into=options.into,
        format_name=options.format,
        encoding=options.encoding,
        update=options.update,
        front=options.front,
        back=options.back,
    )


def _export(options: argparse.Namespace) -> int:
    from bot.commands.export_questions import export_pack
    from bot.exchange.formats import WRITTEN, refuse_unknown

    refuse_unknown(options.to, WRITTEN)
    return export_pack(options.pack, options.to, options.file)


def _backup(settings: Settings, options: argparse.Namespace) -> int:
    from bot.commands.backup import make_backup

    place, now_ms = _place(settings), WallClock().now_ms()
    if bool(place.url) != options.done:
        raise StudyhallError(fact(Code.BACKUP_NOT_TOLD if options.done else Code.POSTGRES_BACKUP))
    if not options.done:
        return make_backup(place.path, options.file, now_ms)
    asyncio.run(place.beside().note_backup(place.url, now_ms))
    print("Noted: a backup was made just now. /studyhall health tells its age.")
    return 0


def _restore(settings: Settings, options: argparse.Namespace) -> int:
    from bot.commands.restore import restore_backup

    if settings.database_url:
        raise StudyhallError(fact(Code.POSTGRES_RESTORE))
    return asyncio.run(
        restore_backup(
            settings.database_path,
            options.file,
            WallClock().now_ms(),
            keep_members=options.keep_members,
            retention_days=settings.retention_days,
        )
    )


def _deletions(settings: Settings, options: argparse.Namespace) -> int:
    from bot.commands.deletions import apply_deletions, write_deletions

    if options.apply:
        now_ms = WallClock().now_ms()
        return asyncio.run(apply_deletions(_place(settings), options.file, now_ms, keep_members=options.keep_members))
    return asyncio.run(write_deletions(_place(settings), options.file))


def _move(settings: Settings, options: argparse.Namespace) -> int:
    from bot.commands.move import move_to

    return asyncio.run(move_to(_place(settings), options.to))


def _courses(settings: Settings, options: argparse.Namespace) -> int:
    from bot.commands.courses import list_courses, shut_course

    number = options.off or options.on
    if number:
        return asyncio.run(shut_course(_place(settings), number, shut=bool(options.off)))
    return asyncio.run(list_courses(_place(settings)))


def _processes(settings: Settings, options: argparse.Namespace) -> int:
    from bot.commands import processes

    place = _place(settings)
    if options.shards:
        return asyncio.run(processes.change_shards(place, options.shards))
    if name := options.drain or options.resume:
        return asyncio.run(processes.drain(place, name, draining=bool(options.drain)))
    return asyncio.run(processes.show_processes(place))


def _place(settings: Settings) -> "Place":
    from bot.storage.place import Place

    return Place.of(settings)


def _items(settings: Settings, options: argparse.Namespace) -> int:
    from bot.commands.items import print_items

    return asyncio.run(
        print_items(
            settings.packs_dir,
            _place(settings),
            csv_file=options.csv,
            json_file=options.json,
            reports_file=options.reports,
            everything=options.all,
        )
    )


async def _repair(settings: Settings) -> int:
    from bot.services.question.repair import repair_totals

    async with _place(settings).opened_alone(lambda lost: print(_in_words(lost), file=sys.stderr)) as store:
        changes = await repair_totals(store)
    for change in changes:
        guild_id, period, section, member_id = change.key
        place = f"server {guild_id}, {period}, {section or 'all sections'}, member {member_id}"
        print(f"{place}: {_sums(change.before)} -> {_sums(change.after)}")
    if changes:
        print(
            "1 total was wrong." if len(changes) == 1 else f"{len(changes):,} totals were wrong.", "Now all are right."
        )
    else:
        print("All totals were right.")
    return 0


def _sums(sums: tuple[int, int, int] | None) -> str:
    return "nothing" if sums is None else f"{sums[0]} points, {sums[2]} of {sums[1]} right"
