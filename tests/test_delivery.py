"""What is delivered: the lock beside the bounds, the audit's verdict, the container's file, the README's unit."""

import json
import re
import shutil
import subprocess
import sys
import tomllib
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version
from read_audit import verdict

from bot.services.processes.leases import HAND_OVER_SECONDS
from bot.settings import CHECKOUT, settings_help

PROJECT = tomllib.loads((CHECKOUT / "pyproject.toml").read_text("utf-8"))["project"]
LOCK = (CHECKOUT / "requirements.lock").read_text("utf-8")
ENTRIES = re.findall(
    r"(?m)^([a-z0-9.-]+)==(\S+?)(?: ; (.+?))? \\\n((?:    --hash=sha256:[0-9a-f]{64}(?: \\)?\n)+)", LOCK
)
CONSTRAINTS = (CHECKOUT / "constraints.txt").read_text("utf-8")
CONSTRAINED = re.findall(r"(?m)^([a-z0-9.-]+)==(\S+?)(?: ; (.+))?$", CONSTRAINTS)
README = "\n".join(
    page.read_text("utf-8") for page in (CHECKOUT / "README.md", *sorted((CHECKOUT / "docs").glob("*.md")))
)
CONTAINER = (CHECKOUT / "Containerfile").read_text("utf-8")
PYTHONS = ["3.11", "3.12", "3.13"]


def pinned(python: str, entries: list[tuple[str, ...]] = ENTRIES) -> dict[str, Version]:
    """What the lock, or the constraints, install on a Python on Linux."""
    found: dict[str, Version] = {}
    for name, version, marker, *_ in entries:
        environment = {
            "python_version": python,
            "python_full_version": f"{python}.5",
            "sys_platform": "linux",
            "platform_python_implementation": "CPython",
        }
        if not marker or Requirement(f"{name} ; {marker}").marker.evaluate(environment):
            assert name not in found, f"{name} twice on {python}"
            found[name] = Version(version)
    return found


def test_every_line_of_the_lock_is_a_pin_with_hashes_or_a_remark():
    pins = re.findall(r"(?m)^[^\s#].*$", LOCK)
    assert len(pins) == len(ENTRIES) > 20
    assert all(not marker or "python" in marker or "platform" in marker for _, _, marker, _ in ENTRIES)


@pytest.mark.parametrize("python", PYTHONS)
@pytest.mark.parametrize("extra", ["", "play", "metrics"])
def test_the_lock_satisfies_the_bounds(python, extra):
    wanted = PROJECT["optional-dependencies"][extra] if extra else PROJECT["dependencies"]
    found = pinned(python)
    for line in wanted:
        requirement = Requirement(line)
        name = canonicalize_name(requirement.name)
        assert name in found, name
        assert requirement.specifier.contains(found[name]), f"{line}, not {found[name]}"


@pytest.mark.parametrize("python", PYTHONS)
def test_the_constraints_satisfy_every_bound_also_those_of_the_tests(python):
    found = pinned(python, CONSTRAINED)
    lines = [*PROJECT["dependencies"], *(one for extra in PROJECT["optional-dependencies"].values() for one in extra)]
    for requirement in map(Requirement, lines):
        name = canonicalize_name(requirement.name)
        if name != "studyhall":
            assert requirement.specifier.contains(found[name]), f"{requirement}, not {found[name]}"


def test_every_version_of_the_lock_stands_in_the_constraints():
    assert {entry[:3] for entry in ENTRIES} <= set(CONSTRAINED)


def test_every_line_of_the_constraints_is_a_name_and_a_version_or_a_remark():
    assert len(re.findall(r"(?m)^[^\s#].*$", CONSTRAINTS)) == len(CONSTRAINED) > len(ENTRIES)
    assert "hash" not in CONSTRAINTS


def test_every_dependency_says_from_which_version_on_it_works():
    lines = [*PROJECT["dependencies"], *(one for extra in PROJECT["optional-dependencies"].values() for one in extra)]
    for requirement in map(Requirement, lines):
        if requirement.name != "studyhall":
            assert any(one.operator in (">=", "==") for one in requirement.specifier), str(requirement)


def test_every_command_that_installs_takes_the_versions_that_were_tested():
    commands = re.findall(r"pip install (?!uv\b)[^`&;\n]+", README)
    assert len(commands) >= 8
    pinned_by = ("-c constraints.txt", "-r requirements.lock", "--no-deps")
    assert [one for one in commands if not any(way in one for way in pinned_by)] == []
    assert f"on Python {PYTHONS[0]} to {PYTHONS[-1]}" in README


@pytest.mark.parametrize("listed", [LOCK, CONSTRAINTS], ids=["lock", "constraints"])
def test_no_list_of_versions_names_a_place_to_take_things_from(listed):
    for never in ("://", "--index", "--find-links", "--trusted-host", "file:", "@ ", "/home", "/root", "/tmp", "\\\\"):
        assert never not in listed, never
    [command] = re.findall(r"(?m)^#    (uv .*)$", listed)
    assert command in (CHECKOUT / "CONTRIBUTING.md").read_text("utf-8")


@pytest.mark.parametrize(
    ("report", "code", "says"),
    [
        (None, 0, "not audited"),
        ("", 0, "not audited"),
        ({"dependencies": [{"name": "tea", "skip_reason": "not found"}]}, 0, "knows none of the 1 packages"),
        ({"dependencies": [{"name": "tea", "version": "1", "vulns": []}]}, 0, "1 packages audited"),
        ({"dependencies": [{"name": "tea", "version": "1", "vulns": [{"id": "PYSEC-1"}]}]}, 1, "tea 1: PYSEC-1"),
    ],
)
def test_an_audit_that_looked_nothing_up_does_not_pass_for_one(tmp_path, report, code, says):
    file = tmp_path / "audit.json"
    if report is not None:
        file.write_text(report if isinstance(report, str) else json.dumps(report), encoding="utf-8")
    found, words = verdict(file)
    assert found == code
    assert says in words


def test_the_container_copies_what_is_there_checks_hashes_and_drops_its_rights():
    for line in re.findall(r"(?m)^COPY (.+)$", CONTAINER):
        *sources, _target = line.split()
        assert all((CHECKOUT / source).exists() for source in sources), line
    assert "--require-hashes" in CONTAINER
    assert "VOLUME /data" in CONTAINER
    steps = [line.split()[0] for line in CONTAINER.splitlines() if re.match(r"[A-Z]+ ", line)]
    assert "RUN" not in steps[steps.index("USER") :]
    assert steps[0] == "FROM"


class _Live(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200 if self.path == "/live" else 404)
        self.end_headers()

    def log_message(self, *_):
        return


def test_the_containers_health_check_asks_the_monitor_where_there_is_one():
    [command] = re.findall(r"(?m)^    CMD (\[.*\])$", CONTAINER)
    _python, *arguments = json.loads(command)

    def healthy(port: str) -> bool:
        done = subprocess.run(
            [sys.executable, *arguments], env={"STUDYHALL_MONITOR_PORT": port}, capture_output=True, check=False
        )
        return done.returncode == 0

    with HTTPServer(("127.0.0.1", 0), _Live) as server:
        port = str(server.server_port)
        Thread(target=server.serve_forever, daemon=True).start()
        assert healthy(port)
        server.shutdown()
    assert not healthy(port)
    assert healthy("")
    assert healthy("0")


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="asks systemd")
def test_systemd_finds_no_fault_in_the_unit_of_the_readme(tmp_path: Path):
    [unit] = re.findall(r"```ini\n(\[Unit\].*?)```", (CHECKOUT / "docs" / "hosting.md").read_text("utf-8"), re.DOTALL)
    file = tmp_path / "studyhall.service"
    file.write_text(unit.replace("/srv/studyhall/.venv/bin/python", sys.executable), encoding="utf-8")
    done = subprocess.run(["systemd-analyze", "verify", str(file)], capture_output=True, text=True, check=False)
    about_it = [line for line in done.stderr.splitlines() if "studyhall" in line]
    assert (done.returncode, about_it) == (0, []), done.stderr


def test_the_compose_file_has_a_database_with_a_volume_and_two_bots_that_are_watched():
    found = yaml.safe_load((CHECKOUT / "compose.yaml").read_text("utf-8"))
    database, bot = found["services"]["database"], found["services"]["bot"]
    assert bot["deploy"]["replicas"] == 2
    assert bot["depends_on"]["database"]["condition"] == "service_healthy"
    assert all("healthcheck" in one and one["restart"] == "unless-stopped" for one in (database, bot))
    [volume] = [one.partition(":")[0] for one in database["volumes"]]
    assert volume in found["volumes"]
    known = {one.name for one in settings_help()}
    assert set(bot["environment"]) <= known
    assert int(bot["stop_grace_period"].rstrip("s")) > HAND_OVER_SECONDS
    assert "asyncpg==" in LOCK
