"""One text of SQL for two engines: what only SQLite understands stands in `storage/sqlite/`, or nowhere.

Held against PostgreSQL itself, every statement outside that folder is one that it prepares, once ``?`` and ``:name`` are
written as ``$1``, its schema has the three functions of JSON that are used here, and the hints of `hints.py` are empty.
"""

import ast
import re
from collections.abc import Iterator

import pytest
from opened_store import opened

from bot.settings import CHECKOUT
from bot.storage import activity, answers, lists
from bot.storage.question import regrading

STORAGE = CHECKOUT / "bot" / "storage"
MODULES = {
    path.relative_to(STORAGE).as_posix(): path
    for path in sorted(STORAGE.rglob("*.py"))
    if path.relative_to(STORAGE).parts[0] != "sqlite"
}
STATEMENT = re.compile(r"^\s*\(?\s*(SELECT|INSERT|UPDATE|DELETE|WITH|EXISTS|NOT EXISTS|FROM|CASE)\b| (FROM|WHERE|SET) ")
FLAGS = "void|kept|gone|correct|hidden|voided|by_retention"
ONLY_SQLITE = {
    "INSERT OR": r"\b(INSERT OR|REPLACE INTO)\b",
    "a conflict without its target": r"ON CONFLICT DO UPDATE",
    "a column that could be either row's": r"DO UPDATE SET.* (\w+) = \1 [-+*]",
    "IS between values": r"\bIS (?!(NOT )?(NULL|DISTINCT FROM)\b)",
    "GLOB": r"\bGLOB\b",
    "a hint": r"\bINDEXED BY\b",
    "a pragma": r"(?i)\bpragma",
    "SQLite's own tables": r"\bsqlite_|\browid\b|last_insert_rowid",
    "an arrow into JSON": r"->",
    "a numbered parameter": r"\?\d",
    "a function of SQLite": r"\b(group_concat|strftime|ifnull|randomblob|julianday|instr|printf|iif)\(",
    "an integer as a condition": rf"\b(NOT|WHERE|AND|OR|WHEN) (\w+\.)?({FLAGS})\b(?! *(=|!=|<|>|IS|IN)|«)",
    "max or min of several values": r"\b(max|min)\([^()]*,",
    "the sum of a condition": r"\bsum\([^()]*([<>=]| AND )",
    "a cross join with a condition": r"CROSS JOIN (\w+|«»|\{\})( AS \w+)? ON\b",
    "a subquery without a name": r"\b(FROM|JOIN) «»(?! (AS )?[a-z])",
    "BEGIN, VACUUM or another word to the engine": r"^\s*(BEGIN|COMMIT|ROLLBACK|SAVEPOINT|RELEASE|VACUUM|ATTACH)\b",
}
JSON = {
    "lists.py": {"json_each", "json_extract"},
    "privacy.py": {"json_valid", "json_extract"},  # who led a game, in a text that may be no JSON any more
}


@pytest.fixture
async def store(tmp_path):
    async with opened(tmp_path / "a.db") as made:
        yield made


def flat(text: str) -> Iterator[str]:
    """The text's queries one by one, and its calls, each with «» for what stands in parentheses."""
    while found := re.search(r"\w*\(([^()]*)\)", text):
        query = found[1].lstrip().startswith(("SELECT", "WITH"))
        yield found[1] if query else found[0]
        text = f"{text[: found.start()]}{found[0].partition('(')[0]}«»{text[found.end() :]}"
    yield text


def faults(text: str) -> set[str]:
    """What another engine would refuse."""
    found = set()
    for part in flat(text):
        found |= {name for name, pattern in ONLY_SQLITE.items() if re.search(pattern, part)}
        if grouped := re.search(
            r"SELECT (.*?) FROM .* GROUP BY (.*?)(?: HAVING| ORDER BY| LIMIT| ON CONFLICT|$)", part
        ):
            shown = {one.strip() for one in grouped[1].split(",")}
            plain = {one for one in shown if re.fullmatch(r"[a-z][\w.]*", one)}
            found |= (
                {"a column beside an aggregate"} if plain - {one.strip() for one in grouped[2].split(",")} else set()
            )
    return found


def texts(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """The texts of SQL in a module, with {} for what is put in; docstrings are none."""
    inside = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in ast.walk(node)}
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            text = "".join(part.value if isinstance(part, ast.Constant) else "{}" for part in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in inside:
            text = node.value
        else:
            continue
        if STATEMENT.search(text) and "\n" not in text:
            yield node.lineno, text


@pytest.mark.parametrize("name", MODULES)
def test_another_engine_could_read_every_statement(name):
    found = {f"{line}: {text}": faults(text) for line, text in texts(ast.parse(MODULES[name].read_text("utf-8")))}
    assert {text: of for text, of in found.items() if of} == {}


@pytest.mark.parametrize("name", MODULES)
def test_lists_are_read_in_one_place(name):
    used = set(re.findall(r"\bjson_\w+(?=\()", MODULES[name].read_text("utf-8")))
    assert used <= JSON.get(name, set())


@pytest.mark.parametrize(
    "name", sorted(set(MODULES) - {"postgres/moving.py"})
)  # it copies from one engine to the other
def test_no_other_module_knows_the_driver(name):
    assert not re.search(r"\b(aiosqlite|sqlite3)\b", MODULES[name].read_text("utf-8"))


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("INSERT OR IGNORE INTO card (a) VALUES (?)", "INSERT OR"),
        ("INSERT INTO card (a) VALUES (?) ON CONFLICT DO UPDATE SET a = excluded.a", "a conflict without its target"),
        (
            "INSERT INTO t (a) VALUES (?) ON CONFLICT (a) DO UPDATE SET n = n + excluded.n",
            "a column that could be either row's",
        ),
        ("SELECT a FROM t WHERE key IS NOT course_key", "IS between values"),
        ("SELECT a FROM t WHERE key IS ?", "IS between values"),
        ("SELECT a FROM t WHERE a = ?1", "a numbered parameter"),
        ("SELECT a FROM t WHERE b = ? AND NOT void", "an integer as a condition"),
        ("SELECT a FROM t AS x WHERE x.gone", "an integer as a condition"),
        ("UPDATE t SET a = min(a, ?)", "max or min of several values"),
        ("SELECT max(coalesce(max(id), 0), ?) + 1 FROM t", "max or min of several values"),
        ("SELECT sum(a.at_ms < :now) FROM t AS a", "the sum of a condition"),
        ("SELECT a FROM (SELECT a FROM t WHERE a IN (1, 2)) WHERE a > 1", "a subquery without a name"),
        ("SELECT a FROM t CROSS JOIN u AS b ON b.a = t.a", "a cross join with a condition"),
        ("SELECT a, max(b), c FROM t GROUP BY a", "a column beside an aggregate"),
        ("SELECT x FROM (SELECT a AS x, c, count(*) FROM t GROUP BY a) AS s", "a column beside an aggregate"),
        ("SELECT head ->> '$.a' FROM t", "an arrow into JSON"),
    ],
)
def test_what_only_sqlite_understands_is_found(text, fault):
    assert fault in faults(text)


@pytest.mark.parametrize(
    "text",
    [
        "SELECT a, b, max(c) FROM t WHERE a IS NULL AND void = 0 GROUP BY a, b ORDER BY max(c)",
        "SELECT max(coalesce(a, 0)) FROM (SELECT a FROM t) AS s WHERE s.a IS NOT NULL",
        "INSERT INTO t (a, n) SELECT a, 1 FROM u ON CONFLICT (a) DO UPDATE SET n = t.n + excluded.n",
    ],
)
def test_what_both_understand_is_let_through(text):
    assert faults(text) == set()


# What costs time where it misses its index


class Asked:
    """Answers no query, but keeps what was asked."""

    def __init__(self) -> None:
        self.sql: list[tuple[str, object]] = []

    async def rows(self, sql: str, values: object = ()) -> list:
        self.sql.append((sql, values))
        return []


@pytest.mark.parametrize(
    "ask",
    [
        lambda db: activity.first_answers(db, 1, [7, 8], 0, 1),
        lambda db: activity.moments(db, 1, [7, 8]),
        lambda db: answers.since(db, 1, "tea", [7, 8], 0),
        lambda db: answers.before_all(db, [7, 8], "tea", "q1", "heat"),
        lambda db: answers.last_answers(db, 7, "tea"),
        lambda db: answers.family_histories(db, [(7, "heat")], "tea"),
        lambda db: regrading.answer_counts(db, [7, 8]),
    ],
)
async def test_what_some_members_answered_is_found_by_member_in_a_server_of_thousands(store, ask):
    db = Asked()
    await ask(db)
    for sql, values in db.sql:
        plan = [row[3] for row in await store.rows(f"EXPLAIN QUERY PLAN {sql}", values)]
        assert any("answer_by_member (member_id=?" in step for step in plan), plan
        assert not [step for step in plan if "answer_by_family" in step or step.startswith("SCAN answer")], plan


async def test_lists_of_ids_words_and_rows_are_tables(store):
    assert await store.rows(f"SELECT id FROM {lists.ids()} AS j", (lists.listed([3, 10**18]),)) == [(3,), (10**18,)]
    assert await store.rows(f"SELECT word FROM {lists.words(':w')} AS j", {"w": lists.listed(["a", "ü"])}) == [
        ("a",),
        ("ü",),
    ]
    rows = lists.rows_of(who=int, factor=float, name=str)
    values = (lists.listed([(1, 2, "x"), (3, 1.5, "7")]),)
    assert await store.rows(f"SELECT who, factor, name FROM {rows} AS j", values) == [(1, 2.0, "x"), (3, 1.5, "7")]
