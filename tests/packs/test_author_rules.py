"""What authors are told of one question: is it fair, plain, and proved?"""

import copy
from typing import Any

import pytest

from bot.packs.item_writing import review_item
from bot.packs.models import Question

SOUND: dict[str, Any] = {
    "id": "two-waits",
    "section": "water",
    "topic": "heat",
    "kind": "understand",
    "difficulty": "easy",
    "core": True,
    "family": "waits",
    "stem": "Two kettles of the same size boil side by side. When is the second one ready?",
    "options": [
        {"text": "At the time of the first one", "correct": True, "why": "Both take in heat over the same minutes."},
        {
            "text": "After twice that time",
            "why": "That would need one kettle to wait for the other, and none does.",
            "misconception": "one-by-one",
        },
        {
            "text": "In half of that time",
            "why": "A second kettle gives no heat to its neighbour, so nothing gets quicker.",
            "misconception": "one-by-one",
        },
    ],
    "explanation": "Things that wait side by side overlap, so two of them take the time of one. It would differ if they "
    "shared a plug that can feed a single kettle, for then the second has to wait its turn.",
    "source": "https://docs.python.org/3/library/asyncio.html",
}

PROGRAM = "from queue import Queue\n\nq = Queue()\nq.put(1)\nprint(q.get())\n"


def question(**changes: Any) -> Question:
    """The sound question with fields changed; ``option_1_text`` changes a field of an option."""
    data = copy.deepcopy(SOUND)
    for name, value in changes.items():
        if name.startswith("option_"):
            _, index, field = name.split("_")
            data["options"][int(index)][field] = value
        else:
            data[name] = value
    return Question.model_validate(data)


def found(**changes: Any) -> list[tuple[str, str, str]]:
    return [(".".join(map(str, loc)), what, level) for loc, what, level in review_item(question(**changes))]


def test_a_sound_question_gets_no_remark():
    assert found() == []


NO_MARK = "the negative word in bold capitals"
RULES = [
    # stem
    ({"stem": "Why " + "so " * 60 + "?"}, "stem", "at most 60 words, not 61", "warning"),
    ({"stem": "When " + "does " * 27 + "it end?"}, "stem", "sentences of at most 25 words", "warning"),
    (
        {
            "stem": "Considering environmental characteristics, which experimental configuration "
            "necessitates synchronization infrastructure universally, independently evaluated?"
        },
        "stem",
        "plainer words or shorter sentences",
        "warning",
    ),
    ({"stem": "Which kettle is the best one to buy nowadays?"}, "stem", "instead of 'nowadays', which ages", "warning"),
    ({"stem": "What stands on the table of the house is a:"}, "stem", "an article inside the options", "warning"),
    ({"stem": "Which of these kettles is not ready after a minute?"}, "stem", NO_MARK, "warning"),
    ({"stem": "All of these kettles boil, except which one of them?"}, "stem", NO_MARK, "warning"),
    # options
    ({"option_0_text": "so " * 54}, "options.0.text", "at most 160 characters", "warning"),
    ({"option_0_text": "At the latest time"}, "options.0.text", "instead of 'latest'", "warning"),
    (
        {"option_1_text": "At a time of the first one", "option_0_text": "At the time of the first one, a"},
        "options.1.text",
        "not nearly that of another option",
        "warning",
    ),
    (
        {"option_1_why": "A second kettle gives no heat to its neighbour, so nothing gets slower."},
        "options.2.why",
        "not nearly that of another",
        "warning",
    ),
    (
        {"option_0_text": "At the time of the first one, whatever else happens to be boiling on the table"},
        "options.0.text",
        "times that",
        "warning",
    ),
    (
        {"option_0_text": "At the very same minute as the first of the two", "option_1_text": "Later"},
        "options",
        "at most 2.5 times the shortest",
        "warning",
    ),
    ({"option_0_text": "At the time of the first one."}, "options", "all end with a full stop", "warning"),
    ({"option_1_text": "12 s"}, "options", "all numbers, or none", "warning"),
    (
        {"option_0_text": "3 s", "option_1_text": "2 s", "option_2_text": "9 s"},
        "options",
        "numbers in rising order",
        "warning",
    ),
    (
        {
            "stem": "Several identical kettles of copper boil together. Which holds?",
            "option_0_text": "The identical kettles end as one",
        },
        "options.0.text",
        "fewer of the stem's words",
        "warning",
    ),
    # explanation
    ({"explanation": "They overlap, and that is that."}, "explanation", "25 to 120 words, not 6", "warning"),
    (
        {
            "stem": "What does the GIL allow two threads to do at once?",
        },
        "stem",
        "which build is meant",
        "warning",
    ),
    # kinds
    ({"kind": "recall", "code": PROGRAM}, "code", "no code in a question that asks to recall", "warning"),
    ({"kind": "apply", "stem": "How long does the water need in this case?"}, "stem", "code or numbers", "warning"),
    ({"kind": "design", "stem": "Which kettle should they buy for the house?"}, "stem", "the criterion", "warning"),
    ({"source": None}, "", "a source or a proof", "warning"),
    ({"since": "3.13"}, "stem", "the version on which the answer depends", "warning"),
    # code
    ({"code": "print(“tea”)\n"}, "code", "straight quotes", "warning"),
    ({"code": "import asyncio\nasyncio.get_event_loop()\n"}, "code", "no deprecated or removed name", "warning"),
    ({"code": "def tea(:\n"}, "code", "valid Python; line 1", "warning"),
    ({"code": "print(kettle)\n", "proof": {"prints": ""}}, "code", "kettle in line 1 is not", "warning"),
    (
        {"code": "import random\nprint(random.random())\n", "proof": {"prints": "1\n"}},
        "code",
        "prints the same each time",
        "warning",
    ),
    ({"kind": "apply", "code": PROGRAM}, "", "a proof: the code's key", "warning"),
    ({"kind": "debug", "code": PROGRAM, "proof": {"prints": "1\n"}}, "", "the repaired program", "warning"),
    (
        {
            "kind": "debug",
            "code": PROGRAM,
            "proof": {"prints": "1\n"},
            "repaired": {"script": PROGRAM, "prints": "1\n"},
        },
        "repaired.script",
        "differs from the faulty one",
        "warning",
    ),
]


@pytest.mark.parametrize(("changes", "field", "says", "level"), RULES, ids=[says for _, _, says, _ in RULES])
def test_a_fault_is_named_with_its_field(changes: dict, field: str, says: str, level: str):
    matching = [one for one in found(**changes) if says in one[1]]
    assert [(where, how) for where, _, how in matching][:1] == [(field, level)], found(**changes)


@pytest.mark.parametrize(
    "changes",
    [
        {"stem": "Which of these kettles is **NOT** ready after a minute?"},
        {"stem": "On Python 3.13, when is the second kettle ready?", "since": "3.13"},
        {"code": PROGRAM},
        {"kind": "apply", "code": PROGRAM, "proof": {"prints": "1\n"}},
        {
            "code": "import asyncio\nloop = asyncio.get_event_loop()\n",
            "since": "3.14",
            "stem": "What does 3.14 do here, in short?",
        },
        {"option_0_text": "a b c d", "option_1_text": "d c b a", "option_2_text": "b a d c", "code": PROGRAM},
        {
            "code": "for _ in range(3):\n    match _:\n        case x:\n            print(x)\n",
            "proof": {"prints": "0\n1\n2\n"},
        },
        {
            "code": "async def f(a, *b):\n    with open(a) as c:\n        pass\n    try:\n        import os.path as d\n"
            "    except OSError as e:\n        print(a, b, c, d, e)\n",
            "proof": {"prints": ""},
        },
    ],
)
def test_what_is_in_order_is_left_alone(changes: dict):
    assert [one for one in found(**changes) if one[2] == "error"] == []
