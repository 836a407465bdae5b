"""Which questions are about what a text speaks of."""

from collections.abc import Collection, Iterable, Mapping

from bot.packs.models import Question


def most_about(
    questions: Iterable[Question], users: Mapping[str, Collection[str]], sections: Collection[str], most: int
) -> list[Question]:
    """Up to ``most`` questions, those first that have the most to do with the words of a text.

    ``users`` are the ids of the questions that use a word, by word; a word that few questions use says more than one that
    all of them use. A section that the text names counts as a word of its questions. Questions with none are left out.
    """
    asked = list(questions)
    words: list[Collection[str]] = list(users.values())
    words += [{one.id for one in asked if one.section == section} for section in sections]
    worth = {one.id: sum(1 / len(using) for using in words if one.id in using) for one in asked}
    return sorted((one for one in asked if worth[one.id]), key=lambda one: -worth[one.id])[:most]
