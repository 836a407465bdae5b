"""A question as learners will see it: asked, and revealed."""

import discord

from bot.packs.models import LETTERS, Question
from bot.ui.layouts import RULE, Block, Button, Row
from bot.ui.question import answering, card


def seen_whole(question: Question) -> list[Block]:
    """What is asked, with letters that nobody can press; below it what is right, every reason, and the rule."""
    order = card.in_file_order(question)
    below = answering.asked(question, order)
    if question.form == "choice":
        ways = [Button(LETTERS[n], f"sh:preview.none:{n}", disabled=True) for n in range(len(question.options))]
        below += answering.buttons_in_rows(ways)
    else:
        below.append(Row([Button("Answer", "sh:preview.none:0", discord.ButtonStyle.primary, disabled=True)]))
    told: list[Block] = [card.right_one(question, order, question.key, "**Right: {}**")]
    if any(option.why.strip() for option in question.options):
        told = [card.reasons(question, order, question.key)]
    return [card.stem(question), *below, RULE, *told, *card.rule(question)]
