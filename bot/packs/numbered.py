"""The code of a question as it is shown: with line numbers where the question's texts name a line."""

import re

from bot.packs.models import Question

CODE_COLUMNS = 60
"""What a phone shows of a line of code; numbers count too."""
_NAMES_A_LINE = re.compile(
    r"\b(lines?|zeilen?|lignes?|líneas?|linhas?|righe|riga|regels?|rader|rad)\s+\d", re.IGNORECASE
)


def numbered(question: Question) -> str:
    """The question's code; where its stem, an option or a reason names a line, each has its number, if there is room."""
    code = (question.code or "").rstrip()
    texts = [question.stem, *(part for option in question.options for part in (option.text, option.why))]
    if not any(_NAMES_A_LINE.search(text) for text in texts):
        return code
    lines = code.split("\n")
    width = len(str(len(lines)))
    found = [f"{number:>{width}} │ {line}".rstrip() for number, line in enumerate(lines, 1)]
    return "\n".join(found) if max(map(len, found)) <= CODE_COLUMNS else code
