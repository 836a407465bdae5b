"""A question's code inside its text: a fenced block, as Markdown has it, taken out of a stem and put behind one."""

import re
from dataclasses import replace

from bot.exchange.drafts import Draft

_FENCED = re.compile(r"(?:^|\n)```([a-zA-Z0-9+#.-]*)[ \t]*\n(.*?)\n?```[ \t]*(?=\n|$)", re.DOTALL)


def with_code_apart(draft: Draft) -> Draft:
    """The draft whose stem's first block of code is its code; further ones are named as lost."""
    blocks = _FENCED.findall(draft.stem)
    if not blocks or draft.code:
        return draft
    language, code = blocks[0]
    stem = _FENCED.sub("", draft.stem).strip()
    found = replace(draft, stem=stem or "What does this do?", code=code, code_language=language or draft.code_language)
    return found.losing("its second block of code") if len(blocks) > 1 else found


def in_one(stem: str, code: str, language: str | None) -> str:
    """A stem with its code as a block."""
    return f"{stem}\n```{language or ''}\n{code.rstrip()}\n```" if code else stem
