"""What a reader would see decides, not the bytes: blanks, options that look the same or like two, names that stand twice."""

import pytest
from small_pack import HEAD, LEAVES, QUESTIONS, another_question, write_pack

from bot.packs.loading import read_packs
from bot.packs.prose import seen

BOILING = "text: Boiling\n"
BLANK = "some text that can be seen, not only blanks"
SAME = "a text that differs, as it is seen, from the other options"
TWICE = "each name once; {} is there already"
TERM = "terms:\n  - {id: a, name: %s, meaning: %s}\n"

REFUSED = {
    "an option that forges a second one": (
        *("questions/water.yaml", QUESTIONS.replace(BOILING, 'text: "Boiling\\n**B** · About"\n')),
        *("questions.0.options.0.text", "a single line: what follows would look like another option"),
    ),
    **{
        f"an option that looks like another, {how}": (
            *("questions/water.yaml", QUESTIONS.replace(BOILING, f"text: {text}\n")),
            *("questions.0.options.1.text", SAME),
        )
        for how, text in {
            "as code": '"`About 75 degrees`"',
            "stressed": '"About *75* degrees"',
            "bold": '"**About 75** degrees"',
            "with more blanks": '"About  75 degrees"',
            "with a letter of no width": '"About\\u200b 75 degrees"',
        }.items()
    },
    "a summary of stars": ("lessons/leaves.yaml", LEAVES.replace("Where they grow.", '"** **"'), "summary", BLANK),
    "a summary of empty code": ("lessons/leaves.yaml", LEAVES.replace("Where they grow.", '"` `"'), "summary", BLANK),
    "a term of blanks": ("glossary.yaml", TERM % ('"\\u2800"', "x"), "terms.0.name", BLANK),
    "a meaning of empty code": ("glossary.yaml", TERM % ("a", '"` `"'), "terms.0.meaning", BLANK),
    "a demo twice": (
        *("lessons/leaves.yaml", LEAVES.replace("demos: []", "demos: [pot, pot]")),
        *("demos.1", TWICE.format("pot")),
    ),
    "a link twice": (
        *("lessons/leaves.yaml", LEAVES.replace("title: The bush", "title: The bush\n    links: [water, water]")),
        *("pages.0.links.1", TWICE.format("water")),
    ),
    "an enemy twice": (
        "questions/water.yaml",
        QUESTIONS.replace("enemies: []", "enemies: [black, black]") + another_question("black"),
        *("questions.0.enemies.1", TWICE.format("black")),
    ),
    "a belief that is refuted twice": (
        "lessons/leaves.yaml",
        LEAVES.replace("title: The bush", "title: The bush\n    refutes: [hotter-is-better, hotter-is-better]"),
        *("pages.0.refutes.1", TWICE.format("hotter-is-better")),
    ),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_would_break_a_screen_is_refused_at_its_place(tmp_path, what):
    name, text, field, expected = REFUSED[what]
    assert text not in (HEAD, LEAVES, QUESTIONS)
    write_pack(tmp_path, **{name: text})
    errors = [(fault.field, fault.expected) for one in read_packs(tmp_path) for fault in one.errors]
    assert errors == [(field, expected)]


def test_what_only_looks_alike_to_a_program_is_taken(tmp_path):
    write_pack(tmp_path, **{"questions/water.yaml": QUESTIONS.replace(BOILING, "text: about 75 degrees\n")})
    assert [fault for one in read_packs(tmp_path) for fault in one.errors] == []


def test_a_text_as_it_is_seen():
    assert seen("`a` **b *c* d** \\*e\\*  f") == "a b c d *e* f"
    assert seen("``a`b`` `*x*` 2 * 3") == "a`b *x* 2 * 3"
    assert seen("a\u200bb\u00a0c\ue000") == "ab c"
