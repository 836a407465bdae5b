"""Questions made for a test, as short as a question can be."""

from bot.packs.models import Option, Question


def question(
    question_id: str,
    family: str | None = None,
    enemies: list[str] | None = None,
    options: int = 4,
    difficulty: str = "easy",
    section: str = "water",
) -> Question:
    """A question of its own family unless one is given; option 0 is right."""
    return Question.model_validate(
        {
            "id": question_id,
            "section": section,
            "topic": "heat",
            "kind": "recall",
            "difficulty": difficulty,
            "core": True,
            "family": family or f"family-of-{question_id}",
            "enemies": enemies or [],
            "stem": f"What is it that {question_id} asks about?",
            "options": [
                Option(
                    text=f"{question_id} {n}",
                    correct=n == 0,
                    why=f"reason {n}",
                    misconception=None if n == 0 else "hotter-is-better",
                )
                for n in range(options)
            ],
            "explanation": "A rule that is long enough to be one.",
        }
    )
