"""Rules about a bank as a whole, the guessers that play against it, and the report."""

from random import Random
from typing import Any

import pytest
from test_author_rules import question

from bot.packs.bank import FROM_QUESTIONS, longest_run, review
from bot.packs.cues import BANDS, GUESSERS, absolutes, band, cue_report, guessed_right, hedges, is_longest, length_ratio
from bot.packs.faults import Fault
from bot.packs.item_writing import review_item
from bot.packs.models import Blueprint, Misconception, Pack, PackHead, Question, Topic
from bot.packs.report import Evidence, quality_report
from bot.packs.words import cosine, grade, likeness, sentences, words

WORDS = "kettle water leaf cup steam spoon sugar milk table lid handle fire stone copper garden market".split()  # noqa: SIM905


def an_option(chance: Random, belief: str | None) -> dict[str, Any]:
    text = " ".join(chance.sample(WORDS, 4))
    return {
        "text": text,
        "correct": belief is None,
        "why": " ".join(chance.sample(WORDS, 9)),
        "misconception": belief,
    }


def bank(count: int = 80, seed: int = 1, **every: Any) -> list[Question]:
    """Questions whose options differ by chance alone."""
    chance = Random(seed)
    made = []
    for number in range(count):
        options = [an_option(chance, ("hotter", "colder")[place % 2]) for place in range(3)]
        options.insert(chance.randrange(4), an_option(chance, None))
        stem = f"What do {' '.join(chance.sample(WORDS, 5))} and number {number} have in common?"
        fields = {
            "id": f"q{number}",
            "family": f"family-{number // 4}",
            "kind": ("recall", "understand")[number % 2],
            "stem": stem,
            "options": options,
        }
        made.append(question(**{**fields, **every}))
    return made


def pack(questions: list[Question], **head: Any) -> Pack:
    names = ("hotter", "colder")
    beliefs = [Misconception(id=one, belief=f"It is {one}.", correction="It is not.", section="water") for one in names]
    return Pack(
        head=PackHead(
            id="tea",
            title="Tea",
            description="Tea.",
            sections=["water"],
            topics=[Topic(id="heat", title="Heat", section="water")],
            misconceptions=head.pop("misconceptions", beliefs),
            **head,
        ),
        sections=[],
        questions=questions,
    )


def at(thing: Any, loc: tuple[str | int, ...], expected: str, level: str = "error") -> Fault:
    return Fault(getattr(thing, "id", "?"), 1, 1, ".".join(map(str, loc)), expected, level)


def told(questions: list[Question], **head: Any) -> list[str]:
    return [f"{fault.file} {fault.field}: {fault.expected}" for fault in review(pack(questions, **head), at)]


def says(questions: list[Question], words: str, **head: Any) -> bool:
    return any(words in one for one in told(questions, **head))


def changed(one: Question, **fields: Any) -> Question:
    """The question anew with other fields; what was worked out from the old ones is not kept."""
    options = [option.model_dump() for option in fields.pop("options", one.options)]
    return Question.model_validate(one.model_dump() | {"options": options} | fields)


def with_key(one: Question, text: str, **others: str) -> Question:
    options = [option.model_copy(update={"text": text}) if option.correct else option for option in one.options]
    return changed(one, options=options, **others)


def test_a_bank_by_chance_gives_nothing_away_but_uses_two_beliefs_too_often():
    found = [one for one in told(bank()) if "options behind" not in one]
    assert not [one for one in found if "no cue" in one or "keys spread" in one]


def test_below_sixty_questions_the_rules_of_the_bank_rest():
    few = [with_key(one, "the very longest option that anybody has ever read here") for one in bank(FROM_QUESTIONS - 1)]
    assert not says(few, "no cue for who knows nothing")
    assert says(bank(FROM_QUESTIONS), "options behind hotter")


@pytest.mark.parametrize(
    ("guesser", "key"),
    [
        ("longest", "the very longest option that anybody has ever read here"),
        ("shortest", "tea"),
        ("most precise", "it is `q(3)` = 12_345"),
        ("most hedged", "usually water may often be steam"),
    ],
)
def test_a_key_that_can_be_told_by_its_looks_is_told(guesser: str, key: str):
    assert says([with_key(one, f"{key} {n}") for n, one in enumerate(bank())], f"*{guesser}* is right in")


def test_the_most_convergent_and_the_overlapping_key_are_told_too():
    alike = []
    for one in bank():
        wrong = [option.text.split()[0] for option in one.options if not option.correct]
        alike.append(with_key(one, " ".join(wrong)))
    assert says(alike, "*most convergent* is right in")
    echo = [with_key(one, " ".join(one.stem.split()[2:6])) for one in bank()]
    assert says(echo, "*overlap with the stem* is right in")


def test_absolute_words_in_wrong_options_alone_are_told():
    def harsh(one: Question) -> Question:
        options = [
            o if o.correct else o.model_copy(update={"text": f"it is always {o.text.split()[0]}"}) for o in one.options
        ]
        return changed(one, options=options)

    assert says([harsh(one) for one in bank()], "absolute words as often in keys (0%)")
    assert says([harsh(one) for one in bank()], "*fewest absolutes* is right in")


def test_keys_at_one_place_and_negative_stems_and_opposites_are_told():
    first = []
    for one in bank():
        key = one.options[one.key]
        first.append(changed(one, options=[key, *(o for o in one.options if not o.correct)]))
    assert says(first, "keys spread over the places of the file")
    assert longest_run(first) == len(first)
    assert longest_run(bank()) < 12
    assert says(bank(stem="Which of these kettles is **NOT** ready after a minute?"), "negative stems in at most 3%")
    opposed = []
    for one in bank():
        other = next(option for option in one.options if not option.correct)
        opposed.append(with_key(one, f"not {other.text}"))
    assert says(opposed, "the key one of two opposites")


def test_numbers_whose_key_is_never_at_an_end_are_told():
    numeric = []
    for place, one in enumerate(bank(60)):
        options = [
            o.model_copy(update={"text": f"{n + 1} s", "correct": n == 1 + place % 2})
            for n, o in enumerate(one.options)
        ]
        numeric.append(changed(one, options=options))
    assert says(numeric, "lowest or highest in 30 to 70 %")


def test_a_phrase_that_is_never_the_key_is_told():
    raising = []
    for one in bank():
        options = [o if o.correct else o.model_copy(update={"text": "it raises " + o.text}) for o in one.options]
        raising.append(changed(one, options=options))
    assert says(raising, "an error right in 15 to 40 % of its uses, not in 0%")


def test_misconceptions_that_are_hardly_used_or_of_one_kind_are_told():
    extra = Misconception(id="unused", belief="Nobody believes it.", correction="Indeed.", section="water")
    found = told(bank(), misconceptions=[extra])
    assert " misconceptions.0: 3 to 12 options behind unused, not 0" in " ".join(found).replace("tea ", " ")
    assert any("unused in two kinds of questions or more" in one for one in found)
    slips = []
    for one in bank():
        options = [o if o.correct else o.model_copy(update={"misconception": "other"}) for o in one.options]
        slips.append(changed(one, options=options))
    assert says(slips, "a misconception behind at least 85% of the wrong options")


def test_a_blueprint_holds_within_one_a_cell_and_in_all():
    plan = Blueprint(topics={"heat": [40, 40, 0, 0, 0]}, difficulties={"recall": [40, 0, 0], "understand": [40, 0, 0]})
    assert not says(bank(80), "blueprint", blueprint=plan)
    assert says(bank(81), "blueprint: 80 questions in all, not 81", blueprint=plan)
    assert not says(bank(81), "topics.heat", blueprint=plan)
    assert says(bank(90), "blueprint.topics.heat: 40 questions to recall, not 45", blueprint=plan)
    assert says(bank(90), "blueprint.difficulties.recall: 40 easy questions to recall, not 45", blueprint=plan)


def test_questions_alone_in_their_families_are_listed():
    lone = [changed(one, family=one.id) for one in bank()]
    assert says(lone, "siblings for most families; alone are q0, q1")


def test_a_question_told_twice_or_a_key_told_elsewhere_is_named():
    first, second = bank(2)
    copied = changed(second, stem=first.stem, options=first.options, family="elsewhere")
    assert says([first, copied], "a question that is not nearly q0, of another family")
    three = [with_key(one, "water boils at the market", family=f"f{n}") for n, one in enumerate(bank(3))]
    assert says(three, "words that are not the key elsewhere")
    told_away = bank(80)
    told_away[0] = with_key(told_away[0], "copper kettles boil water quickly")
    told_away[1] = changed(told_away[1], stem="Why do copper kettles boil water so well, as they say?", family="other")
    assert says(told_away, "q1 among the enemies")
    told_away[0] = changed(told_away[0], enemies=["q1"])
    assert not says(told_away, "q1 among the enemies")


def test_a_guesser_who_can_not_decide_takes_any_of_the_best():
    even = question(option_0_text="aaaa", option_1_text="bbbb", option_2_text="c")
    assert guessed_right(GUESSERS["longest"], even) == 0.5
    assert guessed_right(GUESSERS["shortest"], even) == 0
    assert not is_longest(even)
    assert length_ratio(even) == 1.6
    assert {cue.options for cue in cue_report([even])} == {3}
    assert (absolutes(["always tea"]), hedges(["it may be"]), absolutes([])) == (1, 1, 0)


def test_measures_of_text():
    assert words("It isn't `x = 1`") == ["it", "isn't", "x", "1"]
    assert sentences("One. Two? `a. b` three") == ["One", "Two", "code three"]
    assert likeness(["a", "b"], ["b", "c"]) == pytest.approx(1 / 3)
    assert likeness([], []) == 1
    from collections import Counter

    assert cosine(Counter("ab"), Counter("ab")) == pytest.approx(1)
    assert cosine(Counter(), Counter("a")) == 0
    assert grade("") == 0
    assert grade("The cat sat on the mat.") < 2 < grade("Environmental characteristics necessitate deliberation.")


def test_the_report_tells_the_figures_and_what_is_known_of_the_bank_besides():
    questions = bank()
    readings = {"options only": {"q0": (questions[0].content_hash, True), "q1": ("other", False)}}
    report = quality_report(pack(questions), Evidence(readings, {}))
    assert report[0] == "questions      80: 40 recall, 40 understand, 0 apply, 0 debug, 0 design"
    assert any(line.startswith("longest") and "%" in line for line in report)
    assert "read blind, options only: 1 of 2 right; 1 were changed since" in report
    assert report[-1] == "keys proved by running: none yet (of 0); no other Python is claimed"
    assert quality_report(pack(bank(10))) == []


def test_a_proof_counts_while_its_question_is_as_it_was():
    questions = [changed(one, proof={"prints": "1"}) for one in bank()]
    evidence = Evidence({}, {"q0": (questions[0].content_hash, ["3.11", "3.12"]), "q1": ("older", ["3.11"])})
    assert quality_report(pack(questions), evidence)[-1] == (
        "keys proved by running: 1 on Python 3.11, 1 on Python 3.12 (of 80); no other Python is claimed"
    )


def test_a_misconception_that_no_page_puts_right_is_told():
    found = told(bank())
    assert any("a page whose `refutes` names hotter" in line for line in found)


def test_a_fair_bank_of_any_size_is_hardly_ever_refused_for_its_luck():
    for count in (60, 120):
        refused = [seed for seed in range(40) if not all(cue.within for cue in cue_report(bank(count, seed)))]
        assert len(refused) <= 6  # eight guessers, each outside its band in one of a hundred


def test_the_band_of_a_whole_bank_is_the_narrow_one_and_a_giveaway_is_found_in_a_small_one_too():
    assert band(4, 122, 200) == BANDS[4]
    assert band(4, 60, 60)[1] > BANDS[4][1]
    told = [
        one.model_copy(
            update={
                "options": [
                    option.model_copy(update={"text": option.text + " and that is why"}) if option.correct else option
                    for option in one.options
                ]
            }
        )
        for one in bank(60)
    ]
    assert not all(cue.within for cue in cue_report(told))


def test_a_bank_without_misconceptions_and_one_that_nobody_read_have_a_report_too():
    questions = [
        one.model_copy(
            update={
                "options": [
                    option.model_copy(update={"misconception": None if option.correct else "other"})
                    for option in one.options
                ]
            }
        )
        for one in bank()
    ]
    report = quality_report(pack(questions, misconceptions=[]), Evidence({"of another": {"x": ("y", True)}}, {}))
    assert "misconceptions none; 100% slips" in report
    assert not any("read blind" in line for line in report)


def test_numbers_rise_by_what_they_mean():
    texts = {"option_0_text": "50 ms", "option_1_text": "500 ms", "option_2_text": "5 s"}
    assert not any("rising" in what for _, what, _ in review_item(question(**texts)))
    texts["option_1_text"] = "50 s"
    assert any("rising" in what for _, what, _ in review_item(question(**texts)))
