"""The settings: where they come from, and what is said about wrong ones."""

import sys
from pathlib import Path

import pytest
from in_english import say

from bot.errors import SettingsError
from bot.settings import CHECKOUT, Settings, load_settings, open_to_others, settings_help

TOKEN = "MTA0.secret-token.xyz"
NO_FILE = Path("/nowhere/.env")


def load(env_file: Path = NO_FILE, **environment: str) -> Settings:
    return load_settings(environment, env_file)


def complaints(env_file: Path = NO_FILE, **environment: str) -> list[str]:
    with pytest.raises(SettingsError) as told:
        load(env_file, **environment)
    return say(told.value.fact).splitlines()


def test_without_any_setting_the_bot_has_all_it_needs():
    settings = load()
    assert settings.token == ""
    assert settings.packs_dir == CHECKOUT / "content"
    assert settings.database_path == CHECKOUT / "data" / "studyhall.db"
    assert (settings.log_level, settings.log_format) == ("info", "text")
    assert settings.demo_rounds == 3


@pytest.mark.parametrize(
    ("name", "value", "field", "read"),
    [
        ("DISCORD_TOKEN", f" {TOKEN} ", "token", TOKEN),
        ("STUDYHALL_DATA_DIR", "/srv/hall", "data_dir", Path("/srv/hall")),
        ("STUDYHALL_DATA_DIR", "~/hall", "data_dir", Path.home() / "hall"),
        ("STUDYHALL_LOG_LEVEL", "DEBUG", "log_level", "debug"),
        ("STUDYHALL_LOG_FORMAT", "json", "log_format", "json"),
        ("STUDYHALL_API_URL", "http://127.0.0.1:8080/api/v10/", "api_url", "http://127.0.0.1:8080/api/v10"),
        ("STUDYHALL_GATEWAY_URL", "ws://127.0.0.1:8080/gateway", "gateway_url", "ws://127.0.0.1:8080/gateway"),
        ("STUDYHALL_DEMO_SECONDS", "1", "demo_seconds", 1.0),
        ("STUDYHALL_DEMO_SECONDS", "600", "demo_seconds", 600.0),
        ("STUDYHALL_DEMO_ROUNDS", "9", "demo_rounds", 9),
        ("STUDYHALL_THINKING_SECONDS", "0.5", "thinking_seconds", 0.5),
        ("STUDYHALL_LOG_LEVEL", "", "log_level", "info"),
        ("STUDYHALL_BACKUP_HOURS", "0", "backup_hours", 0.0),
        ("STUDYHALL_BACKUP_HOURS", "0.5", "backup_hours", 0.5),
        ("STUDYHALL_BACKUP_KEEP", "30+0", "backup_keep", (30, 0)),
        ("STUDYHALL_BACKUP_KEEP", " 7 + 4 ", "backup_keep", (7, 4)),
        ("STUDYHALL_RETENTION_DAYS", "365", "retention_days", 365),
    ],
)
def test_a_setting_is_read_from_the_environment(name, value, field, read):
    assert getattr(load(**{name: value}), field) == read


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("STUDYHALL_LOG_LEVEL", "loud", "one of debug, info, warning, error, not 'loud'"),
        ("STUDYHALL_LOG_FORMAT", "xml", "one of text, json, not 'xml'"),
        ("STUDYHALL_API_URL", "ftp://example.org", "an address that starts with http:// or https://"),
        ("STUDYHALL_API_URL", "discord.com/api", "an address that starts with http:// or https://"),
        ("STUDYHALL_API_URL", "http://[", "an address that starts with http:// or https://"),
        ("STUDYHALL_GATEWAY_URL", "http://example.org", "an address that starts with ws:// or wss://"),
        ("STUDYHALL_CLOCK_URL", "noon", "an address that starts with http:// or https://"),
        ("STUDYHALL_DEMO_SECONDS", "0.9", "a number of seconds from 1 to 600, not '0.9'"),
        ("STUDYHALL_DEMO_SECONDS", "601", "a number of seconds from 1 to 600"),
        ("STUDYHALL_DEMO_SECONDS", "nan", "a number of seconds from 1 to 600"),
        ("STUDYHALL_DEMO_SECONDS", "inf", "a number of seconds from 1 to 600"),
        ("STUDYHALL_DEMO_SECONDS", "soon", "a number of seconds from 1 to 600, not 'soon'"),
        ("STUDYHALL_DEMO_ROUNDS", "0", "a whole number from 1 to 9"),
        ("STUDYHALL_DEMO_ROUNDS", "10", "a whole number from 1 to 9, not '10'"),
        ("STUDYHALL_DEMO_ROUNDS", "2.5", "a whole number from 1 to 9"),
        ("STUDYHALL_DEMO_ROUNDS", "-1", "a whole number from 1 to 9"),
        ("STUDYHALL_DEMO_ROUNDS", "²", "a whole number from 1 to 9"),
        ("STUDYHALL_PREDICT_SECONDS", "0", "a number of seconds from 1 to 600"),
        ("STUDYHALL_PROGRESS_SECONDS", "0", "a number of seconds from 0.05 to 60"),
        ("STUDYHALL_THINKING_SECONDS", "3", "a number of seconds from 0.1 to 2.5"),
        ("STUDYHALL_BACKUP_HOURS", "0.1", "a number of hours from 0.25 to 8760, or 0 for never, not '0.1'"),
        ("STUDYHALL_BACKUP_HOURS", "daily", "a number of hours from 0.25 to 8760"),
        ("STUDYHALL_BACKUP_KEEP", "7", "days + weeks, such as 7+4"),
        ("STUDYHALL_BACKUP_KEEP", "0+4", "with at least 1 day"),
        ("STUDYHALL_BACKUP_KEEP", "7+x", "days + weeks, such as 7+4"),
        ("STUDYHALL_RETENTION_DAYS", "-1", "a whole number from 0 to 36500"),
        ("STUDYHALL_DATA_DIR", "~nobody-of-that-name/hall", "a folder; there is no such home"),
    ],
)
def test_a_wrong_value_is_named_with_what_was_expected(name, value, expected):
    [line] = complaints(**{name: value})
    assert line.startswith(f"{name} should be ")
    assert expected in line


def test_all_wrong_settings_are_told_at_once():
    lines = complaints(
        STUDYHALL_LOG_LEVEL="loud", STUDYHALL_DEMO_ROUNDS="many", STUDYHALL_COLOUR="blue", DISCORD_TOKEN=TOKEN
    )
    assert [line.split()[0] for line in lines] == ["STUDYHALL_LOG_LEVEL", "STUDYHALL_DEMO_ROUNDS", "STUDYHALL_COLOUR"]


def test_an_unknown_setting_of_ours_is_refused_and_others_are_nobodys_business():
    [line] = complaints(STUDYHALL_LOGLEVEL="debug")
    assert line.startswith("STUDYHALL_LOGLEVEL is not a setting")
    assert "--help" in line
    load(PATH="/bin", DISCORD_OTHER="x", STUDYHALL_TEST_ANYTHING="1")


def test_the_token_is_in_no_error_and_in_no_repr():
    [line] = complaints(DISCORD_TOKEN=TOKEN, STUDYHALL_LOG_LEVEL="loud")
    assert TOKEN not in line
    settings = load(DISCORD_TOKEN=TOKEN)
    assert settings.token == TOKEN
    assert TOKEN not in repr(settings)
    assert TOKEN not in str(settings)
    assert TOKEN not in "\n".join(complaints(STUDYHALL_TOKEN=TOKEN))


URL = "postgresql://ada:hunter22@db.example.org/hall?sslmode=require"


def test_the_address_of_a_database_is_a_secret():
    settings = load(STUDYHALL_DATABASE_URL=URL)
    assert settings.database_url == URL
    assert "hunter22" not in repr(settings)
    assert settings.secrets == (URL, ":hunter22@", "hunter22")
    for wrong in ("mysql://ada:hunter22@host/hall", "hunter22", f"{URL}\nX: 1", "postgresql:/hunter22"):
        [line] = complaints(STUDYHALL_DATABASE_URL=wrong)
        assert "an address that starts with postgresql://, such as postgresql://user:password@host/name" in line
        assert "hunter22" not in line


@pytest.mark.parametrize(
    ("url", "secrets"),
    [
        ("postgresql://host/hall", ()),
        ("postgresql://ada:short@host/hall", (":short@",)),
        ("postgresql://ada:p%40ssw%2Frds@host/hall", (":p%40ssw%2Frds@", "p%40ssw%2Frds", "p@ssw/rds")),
        ("postgresql:///hall?host=/run&password=hunter22", (":hunter22@", "hunter22")),
        ("postgresql://[", ()),
    ],
)
def test_what_no_line_may_show_of_a_database(url, secrets):
    found = load(STUDYHALL_DATABASE_URL=url).secrets
    assert found[0] == url
    assert sorted(found[1:]) == sorted(secrets)


def test_nothing_in_the_environment_is_the_default_whatever_the_file_says(tmp_path):
    env_file = tmp_path / ".env"
    env_file.write_text(f"STUDYHALL_DATABASE_URL={URL}\nSTUDYHALL_DEMO_ROUNDS=5\n", encoding="utf-8")
    settings = load(env_file, STUDYHALL_DATABASE_URL="")
    assert (settings.database_url, settings.demo_rounds) == ("", 5)


def test_a_file_is_read_and_the_environment_wins_over_it(tmp_path):
    env_file = tmp_path / ".env"
    env_file.write_text(
        f"# settings\nDISCORD_TOKEN='{TOKEN}'\nexport STUDYHALL_LOG_LEVEL=debug\nSTUDYHALL_DEMO_ROUNDS=5\nEMPTY=\n",
        encoding="utf-8",
    )
    settings = load(env_file, STUDYHALL_DEMO_ROUNDS="7")
    assert (settings.token, settings.log_level, settings.demo_rounds) == (TOKEN, "debug", 7)


def test_the_file_lies_in_the_working_folder(tmp_path, monkeypatch):
    (tmp_path / ".env").write_text("STUDYHALL_LOG_FORMAT=json\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert load_settings({}).log_format == "json"


def test_a_wrong_value_in_the_file_is_told_too(tmp_path):
    env_file = tmp_path / ".env"
    env_file.write_text("STUDYHALL_LOG_LEVEL=loud\nSTUDYHALL_NOPE=1\n", encoding="utf-8")
    assert len(complaints(env_file)) == 2


def test_a_file_in_another_encoding_is_told(tmp_path):
    env_file = tmp_path / ".env"
    env_file.write_bytes("STUDYHALL_LOG_LEVEL=info\n".encode("utf-16"))
    [line] = complaints(env_file)
    assert str(env_file) in line
    assert "UTF-8" in line


def test_the_help_covers_every_setting_once():
    names = [line.name for line in settings_help()]
    assert len(names) == len(set(names)) == len(Settings.__dataclass_fields__)
    for line in settings_help():
        assert line.name == "DISCORD_TOKEN" or line.name.startswith("STUDYHALL_")
        assert line.what
        assert line.default


@pytest.mark.parametrize("token", ["line\nline", "bell\a", "\x1b]0;t", "nul\0"])
def test_a_token_that_can_be_none_is_told_and_not_repeated(token):
    [told] = complaints(DISCORD_TOKEN=token)
    assert told.startswith("DISCORD_TOKEN should be one line without control")
    assert token not in told


def test_a_number_of_thousands_of_digits_is_told_in_our_words():
    for name in ("STUDYHALL_MONITOR_PORT", "STUDYHALL_RETENTION_DAYS", "STUDYHALL_DEMO_ROUNDS"):
        [told] = complaints(**{name: "9" * 5_000})
        assert "set_int_max_str_digits" not in told
        assert told.startswith(f"{name} should be a whole number from ")


@pytest.mark.skipif(sys.platform == "win32", reason="file modes are POSIX's")
def test_a_file_with_the_token_that_others_can_read_is_remarked(tmp_path):
    file = tmp_path / ".env"
    file.write_text(f"DISCORD_TOKEN={TOKEN}\n")
    file.chmod(0o644)
    assert "can be read by others" in open_to_others(file)
    assert TOKEN not in open_to_others(file)
    file.chmod(0o600)
    assert open_to_others(file) == ""
    file.write_text("STUDYHALL_LOG_LEVEL=info\n")
    file.chmod(0o644)
    assert open_to_others(file) == ""
    assert open_to_others(tmp_path / "nothing") == ""
