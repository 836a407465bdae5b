"""What keeps the house in order: imports point downward, no hidden state, most of it without Discord."""

import ast
import re
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from house_figures import WIRING, cycles, measured

from bot.settings import CHECKOUT

BOT = CHECKOUT / "bot"
MODULES = sorted(path for path in BOT.rglob("*.py"))
SOURCES = {path.relative_to(CHECKOUT).as_posix(): path.read_text("utf-8") for path in MODULES}
TREES = {name: ast.parse(text) for name, text in SOURCES.items()}


def test_imports_point_downward_only():
    beside_python = shutil.which("lint-imports", path=str(Path(sys.executable).parent))
    done = subprocess.run(
        [beside_python or "lint-imports"], cwd=CHECKOUT, capture_output=True, encoding="utf-8", check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def assigned(tree: ast.Module) -> set[str]:
    """The names that a module binds at its top level, by assignment."""
    names = set()
    for node in tree.body:
        targets = (
            node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
        )
        names |= {name.id for target in targets for name in ast.walk(target) if isinstance(name, ast.Name)}
    return names


@pytest.mark.parametrize("name", TREES)
def test_no_module_holds_the_bot_its_client_or_its_store(name):
    passed_by_argument = {"bot", "client", "store", "library", "workers", "tree", "settings", "loop"}
    assert not {one.lower().strip("_") for one in assigned(TREES[name])} & passed_by_argument


@pytest.mark.parametrize("name", TREES)
def test_no_function_rebinds_a_global(name):
    assert not [node.lineno for node in ast.walk(TREES[name]) if isinstance(node, ast.Global)]


def reach(call: ast.Call) -> str:
    """The dotted name that is called."""
    return ast.unparse(call.func)


def test_no_room_of_the_house_grows_too_large():
    found = measured(CHECKOUT)
    assert [one for one in found.functions if one[0] > 80] == []
    assert [one for one in found.arguments if one[0] > 8] == []
    assert {name: len(of) for name, of in found.imports.items() if len(of) > 30 and name not in WIRING} == {}
    assert {name: lines for name, lines in found.lines.items() if lines > 500} == {}
    assert cycles(found.imports) == []
    folders = Counter(name.rpartition("/")[0] for name in found.lines if not name.endswith("__init__.py"))
    assert {folder: modules for folder, modules in folders.items() if modules > 25} == {}


@pytest.mark.parametrize(
    ("part", "importing", "imported"),
    [("playground", "interactions.js", "connection.js"), ("workbench", "form.js", "words.js")],
)
def test_a_page_has_no_ring_of_imports(part: str, importing: str, imported: str):
    modules = {path.name: path.read_text("utf-8") for path in (BOT / part / "page").glob("*.js")}
    imports = {name: set(re.findall(r'from "\./(\w+\.js)"', text)) for name, text in modules.items()}
    assert imported in imports[importing]
    assert cycles(imports) == []


def test_a_class_name_means_one_thing():
    found: dict[str, list[str]] = {}
    for name, tree in TREES.items():
        if not name.startswith("bot/playground/"):  # a small Discord speaks Discord's words
            for node in tree.body:
                if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                    found.setdefault(node.name, []).append(name)
    assert {name: places for name, places in found.items() if len(places) > 1} == {}


RULES = [name for name in TREES if name.startswith(("bot/model/", "bot/quiz/", "bot/packs/"))]


@pytest.mark.parametrize("name", RULES)
def test_the_rules_take_time_and_chance_as_arguments(name):
    asks_the_machine = ("time.", "datetime.now", "datetime.utcnow", "random.", "secrets.", "uuid.")
    calls = [reach(node) for node in ast.walk(TREES[name]) if isinstance(node, ast.Call)]
    assert not [call for call in calls if call.startswith(asks_the_machine)]


SAID_BESIDE = ("bot/packs/", "bot/quiz/competition/scoring.py")
"""Faults of courses are said where they are found, and how a preset scores stands beside its marks."""


@pytest.mark.parametrize("name", [name for name in RULES if not name.startswith(SAID_BESIDE)])
def test_the_rules_hold_no_sentence(name):
    documented = {node.value for node in ast.walk(TREES[name]) if isinstance(node, ast.Expr)}
    texts = [
        node.value
        for node in ast.walk(TREES[name])
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in documented
    ]
    assert [text for text in texts if (text.endswith(".") and text != ".") or text.count(" ") > 4] == []


def test_one_module_turns_letters_into_options_and_grades():
    found = []
    for name, tree in TREES.items():
        for node in ast.walk(tree):
            taken = (
                isinstance(node, ast.Subscript) and isinstance(node.value, ast.Attribute) and node.value.attr == "order"
            )
            sought = isinstance(node, ast.Call) and reach(node).endswith(".order.index")
            found += [f"{name}:{node.lineno}"] if taken or sought else []
    assert {place.partition(":")[0] for place in found} == {"bot/quiz/question/asking.py"}, found


def test_at_least_two_thirds_of_the_lines_live_where_discord_is_not_imported():
    lines = {name: text.count("\n") for name, text in SOURCES.items()}
    with_discord = sum(count for name, count in lines.items() if name.startswith("bot/ui/") or name == "bot/app.py")
    assert with_discord / sum(lines.values()) <= 1 / 3


def test_only_ui_and_app_import_discord():
    importing = set()
    for name, tree in TREES.items():
        for node in ast.walk(tree):
            found = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            found += [node.module or ""] if isinstance(node, ast.ImportFrom) and not node.level else []
            if any(module.split(".")[0] == "discord" for module in found):
                importing.add(name)
    assert importing
    assert {name for name in importing if not name.startswith("bot/ui/")} <= {"bot/app.py"}


def test_every_file_of_tests_has_a_name_of_its_own():
    names = [path.name for path in (CHECKOUT / "tests").rglob("*.py") if path.name != "conftest.py"]
    assert len(names) == len(set(names))


BELOW_UI = [
    path for room in ("packs", "quiz", "services", "storage") for path in (CHECKOUT / "tests" / room).glob("*.py")
]


@pytest.mark.parametrize("path", BELOW_UI, ids=[path.name for path in BELOW_UI])
def test_tests_below_ui_import_no_screen_and_read_no_live_game(path):
    tree = ast.parse(path.read_text("utf-8"))
    modules = {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert not [module for module in modules if module.startswith("bot.ui")]
    assert "_live" not in {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}


OF_THE_WHOLE_PROCESS = {
    "bot/services/backups.py",  # of SQLite, which has one process
    "bot/services/processes/gossip.py",  # of what is kept in memory
    "bot/services/processes/leases.py",  # by which it is known whose servers are ours
    "bot/services/competition/live.py",  # of games that were taken up
}


@pytest.mark.parametrize(
    "name", [name for name, text in SOURCES.items() if "/services/" in name and ".routine(" in text]
)
def test_what_comes_again_by_itself_asks_whose_servers_are_ours(name):
    """Where several processes run, each does only what concerns the servers that it answers for."""
    assert name in OF_THE_WHOLE_PROCESS or "life.ours" in SOURCES[name]
