"""Keeps what a blind reader chose in blind_readings.json, which `python -m bot check` reads.

    python tests/content/record_reading.py NAME KEYS.json ANSWERS.json

KEYS tells for each number of the reader's sheet [question id, content hash, order of the options, place of the key], ANSWERS
what the reader chose: [letter, how sure]. NAME is the reading, such as "options only". An entry holds the question's
hash then, the place of the option chosen in the file, and whether it was the key; it replaces an earlier one.
"""

import json
import sys
from pathlib import Path

FILE = Path(__file__).with_name("blind_readings.json")


def main(name: str, keys_file: str, answers_file: str) -> None:
    """Add the reading to the file."""
    readings = json.loads(FILE.read_text("utf-8")) if FILE.exists() else {}
    keys = json.loads(Path(keys_file).read_text("utf-8"))
    answers = json.loads(Path(answers_file).read_text("utf-8"))
    reading = readings.setdefault(name, {})
    for number, (question, content_hash, order, key) in keys.items():
        place = "abcd".index(answers[number][0])
        reading[question] = [content_hash, order[place], place == key]
    FILE.write_text(json.dumps(readings, indent=0, sort_keys=True) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
