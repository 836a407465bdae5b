"""Keeps what a blind reader chose in blind_readings.json, which `python -m bot check` reads.

    python tests/content/record_reading.py NAME KEYS.json ANSWERS.json

KEYS tells for each number of the reader's sheet [question id, content hash, order of the options], ANSWERS what the reader
chose: [letters or words, how sure]. NAME is the reading, such as "options only". An entry holds the question's hash then,
what was given (the place of an option in the file, places, or words), and whether that is right; it replaces an earlier one.
"""

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from bot.packs.loading import load_packs
from bot.packs.models import LETTERS, Question
from bot.quiz.question.asking import Lettering, given_by

COURSE = Path(__file__).parents[2] / "content" / "python-concurrency"
FILE = Path(__file__).with_name("blind_readings.json")


def judged(question: Question, order: list[int], words: str) -> tuple[int | list[int] | str, bool]:
    """What was given, and whether it is right."""
    if question.form == "typed":
        given = given_by(question, Lettering(()), words)
        return words, bool(given and given.right)
    places = [order[LETTERS.index(letter)] for letter in words.upper()]
    if question.form == "choice":
        return places[0], places[0] == question.key
    given = given_by(question, Lettering(tuple(range(len(order)))), tuple(places))
    return places, bool(given and given.right)


def main(name: str, keys_file: str, answers_file: str) -> None:
    """Add the reading to the file."""
    readings = json.loads(FILE.read_text("utf-8")) if FILE.exists() else {}
    keys = json.loads(Path(keys_file).read_text("utf-8"))
    answers = json.loads(Path(answers_file).read_text("utf-8"))
    reading = readings.setdefault(name, {})
    questions = {question.id: question for pack in load_packs(COURSE) for question in pack.questions}
    for number, (question_id, content_hash, order) in keys.items():
        reading[question_id] = [content_hash, *judged(questions[question_id], order, answers[number][0])]
    FILE.write_text(json.dumps(readings, indent=0, sort_keys=True) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
