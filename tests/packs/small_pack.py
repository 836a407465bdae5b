"""A pack as small as a pack can be, as the text of its files, so that a test can break one place of it."""

from pathlib import Path

HEAD = """\
id: tea
title: Tea
description: How tea is made.
sections: [leaves, water]
topics:
  - {id: picking, title: Picking, section: leaves}
  - {id: heat, title: Heat, section: water}
misconceptions:
  - id: hotter-is-better
    belief: "Hotter water makes better tea."
    correction: "Each kind has its own temperature."
    section: water
"""

LEAVES = """\
id: leaves
title: Leaves
summary: Where they grow.
demos: []
pages:
  - title: The bush
    text: Tea grows on a bush.
    code: |
      print("tea")
    output: |
      tea
remember:
  - It is one plant.
"""

WATER = LEAVES.replace("leaves", "water").replace("Leaves", "Water")

QUESTION = """\
  - id: green-tea
    section: water
    topic: heat
    kind: recall
    difficulty: easy
    core: true
    family: heat
    enemies: []
    stem: How hot should the water for green tea be?
    options:
      - text: Boiling
        why: Boiling water draws bitter stuff out of the green leaves at once.
        misconception: hotter-is-better
      - text: About 75 degrees
        correct: true
        why: At that heat the sweet part dissolves and the bitter part mostly stays.
      - text: As hot as it gets under pressure
        why: Pressure raises the heat further, and green leaves can't bear it.
        misconception: hotter-is-better
    explanation: >-
      Green leaves are not oxidised, so they want water well below boiling.
    source: https://example.org/tea
"""

QUESTIONS = "questions:\n" + QUESTION

FILES = {
    "pack.yaml": HEAD,
    "lessons/leaves.yaml": LEAVES,
    "lessons/water.yaml": WATER,
    "questions/water.yaml": QUESTIONS,
}


def another_question(question_id: str) -> str:
    """A second question with an id of its own."""
    return QUESTION.replace("green-tea", question_id).replace("for green tea", f"for {question_id} tea")


def write_pack(folder: Path, **changed: str | bytes | None) -> Path:
    """Write the pack as ``folder/tea``; ``changed`` gives files their content (None: leave the file out)."""
    root = folder / "tea"
    for name, content in {**FILES, **changed}.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if content is not None:
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return root


def broken(folder: Path, name: str, old: str, new: str) -> Path:
    """The pack with one place of one file changed."""
    assert FILES[name].count(old) == 1, f"{old!r} must stand in {name} exactly once"
    return write_pack(folder, **{name: FILES[name].replace(old, new)})
