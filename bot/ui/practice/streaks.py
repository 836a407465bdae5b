"""A learner's days in a row, in words."""

from bot.quiz.board.streaks import Streak


def streak_words(streak: Streak) -> str:
    """Days in a row, and what keeps them."""
    if not streak.days:
        return "No streak right now: answer one question a day to start one."
    days = "1 day" if streak.days == 1 else f"{streak.days} days in a row"
    today = "" if streak.today else " · answer one question today to keep it"
    grace = " (one missed day forgiven)" if streak.grace_used else ""
    return f"🔥 **{days}**{today}{grace}"
