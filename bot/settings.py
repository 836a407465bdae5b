"""Every setting in one table, read from the environment or a ``.env`` file."""

import contextlib
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from bot.errors import SettingsError
from bot.facts import said

MOST_DIGITS = 20
SHORT_PASSWORD = 8
"""A shorter one may be a word that any line has; it is taken out only where it stands as a password."""
DATABASE_NAME = "studyhall.db"
POSTGRES = ("postgresql://", "postgres://")
"""How the address of a PostgreSQL begins."""
SECRETS = ("DISCORD_TOKEN", "STUDYHALL_DATABASE_URL")
CHECKOUT = Path(__file__).resolve().parent.parent
"""The folder that holds ``bot/``; a checkout when ``pyproject.toml`` and ``content/`` stand there too."""


def _in_checkout() -> bool:
    return (CHECKOUT / "pyproject.toml").is_file() and (CHECKOUT / "content").is_dir()


def default_data_dir() -> Path:
    """``data/`` in a checkout, the user's data folder when installed as a wheel."""
    if _in_checkout():
        return CHECKOUT / "data"
    from platformdirs import user_data_path  # not loaded where it isn't needed

    return user_data_path("studyhall", appauthor=False)


def default_packs_dir() -> Path:
    """``content/`` in a checkout, the copy inside the wheel otherwise."""
    return CHECKOUT / "content" if _in_checkout() else Path(__file__).resolve().parent / "_content"


def example_pack() -> Path | None:
    """The example course, from which authors begin; None where it was not installed."""
    inside = Path(__file__).resolve().parent / "_example"
    found = CHECKOUT / "docs" / "example-pack" if _in_checkout() else inside
    return found if (found / "pack.yaml").is_file() else None


def _text(value: str) -> str:
    return value


def _secret(value: str) -> str:
    if not value.isprintable():
        raise ValueError("one line without control characters; copy it again")
    return value


def _path(value: str) -> Path:
    try:
        return Path(value).expanduser()
    except RuntimeError:
        raise ValueError("a folder; there is no such home") from None


def _choice(*allowed: str) -> Callable[[str], str]:
    def parse(value: str) -> str:
        if value.lower() not in allowed:
            raise ValueError("one of " + ", ".join(allowed))
        return value.lower()

    return parse


def _url(*schemes: str) -> Callable[[str], str]:
    def parse(value: str) -> str:
        try:
            parts = urlsplit(value)
        except ValueError:
            parts = urlsplit("")
        if parts.scheme not in schemes or not parts.netloc or "@" in parts.netloc:
            raise ValueError(
                f"an address that starts with {' or '.join(s + '://' for s in schemes)}, without a password"
            )
        return value.rstrip("/") if "http" in parts.scheme else value

    return parse


def _database(value: str) -> str:
    if not value.startswith(POSTGRES) or not value.isprintable():
        raise ValueError("an address that starts with postgresql://, such as postgresql://user:password@host/name")
    return value


def _seconds(low: float, high: float) -> Callable[[str], float]:
    def parse(value: str) -> float:
        try:
            seconds = float(value)
        except ValueError:
            seconds = float("nan")
        if not low <= seconds <= high:
            raise ValueError(f"a number of seconds from {low:g} to {high:g}")
        return seconds

    return parse


def _number(low: float, high: float) -> Callable[[str], float]:
    def parse(value: str) -> float:
        try:
            number = float(value)
        except ValueError:
            number = float("nan")
        if not low <= number <= high:
            raise ValueError(f"a number from {low:g} to {high:g}")
        return number

    return parse


def _setting(name: str, parse: Callable[[str], Any], what: str, shown: str, **default: Any) -> Any:
    """``repr=False`` marks a secret: its value is shown nowhere."""
    return field(metadata={"name": name, "parse": parse, "what": what, "shown": shown}, **default)


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The settings of one run; each field carries its variable's name, parser and help text."""

    token: str = _setting(
        "DISCORD_TOKEN", _secret, "the bot's token; without it the playground opens", "none", default="", repr=False
    )
    data_dir: Path = _setting(
        "STUDYHALL_DATA_DIR",
        _path,
        "where the database is kept",
        "data/ in a checkout, else the user's data folder",
        default_factory=default_data_dir,
    )
    database_url: str = _setting(
        "STUDYHALL_DATABASE_URL",
        _database,
        "a PostgreSQL (postgresql://user:password@host/name) that keeps what SQLite keeps otherwise",
        "none: SQLite in the data folder",
        default="",
        repr=False,
    )
    packs_dir: Path = _setting(
        "STUDYHALL_PACKS_DIR",
        _path,
        "where the packs (courses) are",
        "content/ in a checkout, else those that came with the bot",
        default_factory=default_packs_dir,
    )
    log_level: str = _setting(
        "STUDYHALL_LOG_LEVEL",
        _choice("debug", "info", "warning", "error"),
        "how much is logged: debug, info, warning, error",
        "info",
        default="info",
    )
    log_format: str = _setting(
        "STUDYHALL_LOG_FORMAT", _choice("text", "json"), "log lines as text or json", "text", default="text"
    )
    api_url: str = _setting(
        "STUDYHALL_API_URL",
        _url("http", "https"),
        "the REST base (.../api/v10) of a proxy or a local server",
        "Discord's own",
        default="",
    )
    gateway_url: str = _setting(
        "STUDYHALL_GATEWAY_URL",
        _url("ws", "wss"),
        "the Gateway address of a proxy or a local server",
        "Discord's own",
        default="",
    )
    clock_url: str = _setting(
        "STUDYHALL_CLOCK_URL",
        _url("http", "https"),
        "where to ask how far the wall clock is shifted (the playground's +1 hour and next day)",
        "none: the machine's clock",
        default="",
    )
    demo_seconds: float = _setting(
        "STUDYHALL_DEMO_SECONDS",
        _seconds(1, 600),
        "the longest that one demo may run before it is stopped",
        "30",
        default=30.0,
    )
    demo_rounds: int = _setting(
        "STUDYHALL_DEMO_ROUNDS",
        lambda value: _whole(value, 1, 9),
        "how often a demo measures each variant (1 to 9)",
        "3",
        default=3,
    )
    demo_cooldown_seconds: float = _setting(
        "STUDYHALL_DEMO_COOLDOWN_SECONDS",
        _seconds(0, 3600),
        "in one channel, the time from the end of a demo to the start of the next",
        "15",
        default=15.0,
    )
    predict_seconds: float = _setting(
        "STUDYHALL_PREDICT_SECONDS",
        _seconds(1, 600),
        "a demo that nobody runs starts by itself after this time",
        "60",
        default=60.0,
    )
    progress_seconds: float = _setting(
        "STUDYHALL_PROGRESS_SECONDS",
        _seconds(0.05, 60),
        "the shortest time between two progress edits of one message",
        "2",
        default=2.0,
    )
    shards: int | None = _setting(
        "STUDYHALL_SHARDS",
        lambda value: _whole(value, 1, 100_000),
        "how many connections to Discord share the servers (from about 2,500 servers on Discord wants several)",
        "as many as Discord advises",
        default=None,
    )
    monitor_port: int = _setting(
        "STUDYHALL_MONITOR_PORT",
        lambda value: _whole(value, 0, 65535),
        "serve /live, /ready and /metrics on this port of 127.0.0.1; 0 for none",
        "0",
        default=0,
    )
    pace_factor: float = _setting(
        "STUDYHALL_PACE_FACTOR",
        _number(0.01, 4),
        "scales every time of a competition: lobby, rounds, pauses",
        "1",
        default=1.0,
    )
    pause_factor: float = _setting(
        "STUDYHALL_PAUSE_FACTOR",
        _number(0.01, 4),
        "scales the pauses after the rounds of a competition once more",
        "1",
        default=1.0,
    )
    thinking_seconds: float = _setting(
        "STUDYHALL_THINKING_SECONDS",
        _seconds(0.1, 2.5),
        "an answer that takes longer is acknowledged first (Discord allows 3 s)",
        "1.5",
        default=1.5,
    )
    backup_hours: float = _setting(
        "STUDYHALL_BACKUP_HOURS",
        lambda value: _hours(value),
        "the running bot makes a backup every so many hours (0: never), in backups/ of its data folder",
        "24",
        default=24.0,
    )
    backup_keep: tuple[int, int] = _setting(
        "STUDYHALL_BACKUP_KEEP",
        lambda value: _days_and_weeks(value),
        "how many backups stay: the newest of each of the last days + of each of the last weeks",
        "7+4",
        default=(7, 4),
    )
    own_courses: int = _setting(
        "STUDYHALL_OWN_COURSES",
        lambda value: _whole(value, 0, 1_000),
        "how many courses of its own a server may have",
        "50",
        default=50,
    )
    own_questions: int = _setting(
        "STUDYHALL_OWN_QUESTIONS",
        lambda value: _whole(value, 0, 100_000),
        "how many questions a server's own courses may hold together",
        "5000",
        default=5_000,
    )
    own_picture_mib: int = _setting(
        "STUDYHALL_OWN_PICTURE_MIB",
        lambda value: _whole(value, 0, 1_000),
        "how many MiB the pictures of a server's own courses may take",
        "10",
        default=10,
    )
    all_own_questions: int = _setting(
        "STUDYHALL_ALL_OWN_QUESTIONS",
        lambda value: _whole(value, 0, 10_000_000),
        "how many questions all servers' own courses may hold together (0: no limit)",
        "0",
        default=0,
    )
    suggestions_a_day: int = _setting(
        "STUDYHALL_SUGGESTIONS_A_DAY",
        lambda value: _whole(value, 0, 1_000),
        "how many questions a member may suggest in a day",
        "20",
        default=20,
    )
    retention_days: int = _setting(
        "STUDYHALL_RETENTION_DAYS",
        lambda value: _whole(value, 0, 36_500),
        "members not seen for so many days are deleted (0: never)",
        "0",
        default=0,
    )

    @property
    def database_path(self) -> Path:
        """The SQLite file."""
        return self.data_dir / DATABASE_NAME

    @property
    def secrets(self) -> tuple[str, ...]:
        """What no line may show: the token, and the database's address and password."""
        found = [self.token, self.database_url]
        with contextlib.suppress(ValueError):
            parts = urlsplit(self.database_url)
            for password in (parts.password, *parse_qs(parts.query).get("password", ())):
                if password:
                    found += [
                        f":{password}@",
                        *(one for one in {password, unquote(password)} if len(one) >= SHORT_PASSWORD),
                    ]
        return tuple(one for one in found if one)


def _whole(value: str, low: int, high: int) -> int:
    if not value.strip().isdecimal() or len(value.strip()) > MOST_DIGITS or not low <= int(value) <= high:
        raise ValueError(f"a whole number from {low} to {high}")
    return int(value)


def _hours(value: str) -> float:
    try:
        return _number(0.25, 8_760)(value) if value.strip() != "0" else 0.0
    except ValueError:
        raise ValueError("a number of hours from 0.25 to 8760, or 0 for never") from None


def _days_and_weeks(value: str) -> tuple[int, int]:
    days, plus, weeks = value.partition("+")
    try:
        if not plus:
            raise ValueError
        return _whole(days, 1, 1_000), _whole(weeks, 0, 1_000)
    except ValueError:
        raise ValueError("days + weeks, such as 7+4, with at least 1 day") from None


@dataclass(frozen=True)
class SettingHelp:
    """One line of the settings' help: variable, meaning, default in words."""

    name: str
    what: str
    default: str


def settings_help() -> list[SettingHelp]:
    """Every setting with its meaning, for ``--help`` and the README."""
    return [SettingHelp(f.metadata["name"], f.metadata["what"], f.metadata["shown"]) for f in fields(Settings)]


def _from_file(env_file: Path) -> dict[str, str]:
    try:
        if not env_file.is_file():
            return {}
        from dotenv import dotenv_values  # not loaded for those who set their environment

        return {k: v for k, v in dotenv_values(env_file).items() if v}
    except UnicodeDecodeError:
        raise SettingsError(said(f"{env_file} should be text in UTF-8; save the file in that encoding.")) from None
    except OSError as problem:
        raise SettingsError(
            said(f"{env_file} can't be read ({problem.strerror}). Make it belong to the user that runs Studyhall.")
        ) from None


def open_to_others(env_file: Path | None = None) -> str:
    """What to say of a ``.env`` with a secret that others on this machine can read; nothing where all is well."""
    file = env_file if env_file is not None else Path.cwd() / ".env"
    try:
        mode = file.stat().st_mode
        if os.name == "nt" or not mode & 0o077 or not any(name.encode() in file.read_bytes() for name in SECRETS):
            return ""
    except OSError:
        return ""
    return (
        f"{file} holds a secret (the token, or a database's password) and can be read by others on this machine. "
        f"`chmod 600 {file}` keeps it to you."
    )


def load_settings(environment: Mapping[str, str] | None = None, env_file: Path | None = None) -> Settings:
    """Read the settings; the environment wins over ``.env`` in the working folder, also with nothing: that is the default.

    Raises SettingsError naming every wrong setting and what was expected; a secret's value is never repeated.
    """
    values = _from_file(env_file if env_file is not None else Path.cwd() / ".env")
    values |= environment if environment is not None else os.environ
    known = {f.metadata["name"]: f for f in fields(Settings)}
    faults, found = [], {}
    for name, value in values.items():
        if not value:
            continue
        if name not in known:
            if name.startswith("STUDYHALL_") and not name.startswith("STUDYHALL_TEST_"):
                faults.append(f"{name} is not a setting of Studyhall; `python -m bot --help` lists them.")
            continue
        entry = known[name]
        try:
            found[entry.name] = entry.metadata["parse"](value.strip())
        except ValueError as problem:
            shown = "" if not entry.repr or "@" in value else f", not {value!r}"
            faults.append(f"{name} should be {problem}{shown}.")
    if faults:
        raise SettingsError(said("\n".join(faults)))
    return Settings(**found)
