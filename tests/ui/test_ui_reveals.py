"""What a round's end says: to everybody in its message, and to each player in private."""

import re
from dataclasses import replace

from in_english import say
from played import ended, offered, played, then, words

from bot.packs.models import Option, Question
from bot.quiz.competition.clock import is_last_round
from bot.quiz.competition.events import Pause
from bot.quiz.competition.scoring import Scoring
from bot.quiz.competition.standings import standings
from bot.quiz.competition.state import RoundAnswer, RoundPlan
from bot.quiz.question.asking import given_by, lettering
from bot.services.competition.views import GameView, MyResult
from bot.ui.competition.reveals import my_result_screen, round_screen, told_screen


def reveal(view: GameView, number: int = -1) -> str:
    return words(round_screen(view, number % len(view.state.played), say))


def result_of(view: GameView, member_id: int, number: int = 0) -> MyResult:
    state = view.state
    lines = {line.member_id: line for line in standings(state, number + 1)}
    before = {line.member_id: line.place for line in standings(state, number)} if number else {}
    done, line = state.played[number], lines.get(member_id)
    return MyResult(
        view.game.questions[number],
        state.plans[number],
        done.answers.get(member_id),
        done.marks.get(member_id, 0),
        line,
        len(lines),
        "tea",
        [],
        moved=before.get(member_id, line.place) - line.place if line else 0,
        shared=line is not None and sum(one.place == line.place for one in lines.values()) > 1,
    )


def test_the_answer_is_marked_once_where_it_stands_and_bars_are_shares_of_all_answers():
    said = reveal(played("AABC"))
    assert "**A** `████░░░░ 2` · q0 option 0" in said
    assert "✅ **B** `██░░░░░░ 1` · q0 option 1" in said
    assert "**D** `░░░░░░░░ 0` · q0 option 3" in said
    assert said.count("✅") == 1
    assert said.count("q0 option 1") == 1


def test_how_many_knew_it_is_a_sentence_and_the_reason_follows():
    for letters, sentence in {
        "BAC": "Only 1 of 3 got this: Ada.",
        "BBAAA": "Only 2 of 5 got this.",
        "BBA": "2 of 3 got this.",
        "BB": "Everybody got this!",
        "AC": "Nobody got this.",
        "B": "Ada got this.",
        "B-": "Ada got this.",
        "-": "Nobody answered.",
    }.items():
        assert f"**{sentence}** Because of reason 1." in reveal(played(letters)), letters


def test_a_run_of_three_is_told_and_a_miss_ends_it():
    assert "in a row" not in reveal(played("BB", "BB"))
    said = reveal(played("AB", "BB", "BB", "BA"))
    assert "🔥 Ada: 3 right in a row" in said
    assert "Grace: " not in said
    assert "🔥 Grace: 3 right in a row" in reveal(played("AB", "BB", "BB", "BA"), 2)


def test_who_moved_is_seen_in_the_table_and_who_climbed_below_it_is_named():
    said = reveal(played("BBA", "ABA", scoring=Scoring.SPRINT))
    assert re.search(r"1\.\*\* Grace · 1,900 ▲1\n\*\*2\.\*\* Ada · 975 ▼1\n\*\*3\.\*\* Linus · 0\n", said)
    assert "climbed" not in said
    assert "⏫ Donald climbed 2 places, to shared 6th" in reveal(played("BBBBBBBA", "BBBBBAAB"))
    assert "climbed" not in reveal(played("BBBBBBAA", "BBBBBAAB"))  # one place is no climb


def test_who_was_fastest_is_told_only_where_speed_counts():
    assert "⚡ Fastest: Ada, 1.0 s" in reveal(played("BBA", scoring=Scoring.CLASSIC))
    assert "⚡" not in reveal(played("BAA", scoring=Scoring.CLASSIC))  # the sentence has said who
    assert "⚡" not in reveal(played("BBA", scoring=Scoring.STUDY))


def test_it_says_when_the_next_round_or_the_podium_comes():
    assert re.search(r"-# Next round <t:\d+:R>", reveal(played("AB", rounds_planned=3)))
    last = played("AB")
    assert is_last_round(last.state)
    assert re.search(r"-# Podium <t:\d+:R>", reveal(last))
    assert "<t:" not in reveal(ended(last))


def test_two_buttons_stand_below_it_and_the_rest_is_in_one_menu():
    view = played("AB", rounds_planned=3)
    rest = ["Read about it", "Report this question"]
    assert offered(round_screen(view, 0, say)) == ["My result", "Why?", *rest, "Host controls"]
    assert offered(round_screen(ended(played("AB")), 0, say)) == ["My result", "Why?", *rest]


def test_a_pause_between_rounds_has_the_hosts_button_where_it_is_seen():
    view = played("AB", rounds_planned=3)
    paused = then(view, Pause(by=1), (view.state.wake_ms or 0) - 1)
    assert offered(round_screen(paused, 0, say))[:3] == ["My result", "Why?", "Host controls"]


def test_a_duel_shows_its_score_and_teams_stand_before_their_players():
    assert "**Grace 2 : 1 Ada**" in reveal(played("BB", "AB", duel=True, rounds_planned=5))
    said = reveal(played("BABA", teams=2))
    assert "**1.** 🟥 Team Red · 1 a player\n**2.** 🟦 Team Blue · 0 a player\n**1.** Ada · 1" in said


def test_in_private_a_player_reads_right_or_wrong_what_it_earned_and_why():
    view = played("BA", "AB", "AB", scoring=Scoring.SPRINT)
    said = words(told_screen(result_of(view, 1)))
    assert said.startswith("### ✅ B, right\n**+975** · **1st** of 2\nBecause of reason 1.")
    said = words(told_screen(result_of(view, 1, 2)))
    assert said.startswith("### ❌ A, but it's B\n**+0** · **2nd** of 2, down 1\nBecause of reason 0.")
    assert "**+950** · **1st** of 2, up 1" in words(told_screen(result_of(view, 2, 2)))


def test_a_place_that_others_have_too_is_told_as_shared():
    for screen in (told_screen, my_result_screen):
        assert "**shared 1st** of 3" in words(screen(result_of(played("BBA", scoring=Scoring.STUDY), 2)))
        assert "**3rd** of 3" in words(screen(result_of(played("BBA", scoring=Scoring.STUDY), 3)))


def test_my_result_has_what_was_chosen_and_the_answer_each_with_its_reason():
    said = words(my_result_screen(result_of(played("BA"), 2)))
    assert "### ❌ A, but it's B\n**+0** · **2nd** of 2 · 0 in all · 2.0 s" in said
    assert "**You chose A** · q0 option 0\nBecause of reason 0." in said
    assert "**The answer is B** · q0 option 1\nBecause of reason 1." in said
    assert "### You didn't answer. It was B" in words(my_result_screen(result_of(played("B-"), 2)))


def test_what_was_right_is_named_as_a_whole_where_it_is_no_single_option():
    options = [Option(text=text, correct=text in "ac") for text in "abc"]
    about = {"section": "s", "topic": "s", "kind": "recall", "difficulty": "easy", "core": True, "family": "q"}
    several = Question(id="q", form="several", stem="Which?", options=options, **about)
    plan = RoundPlan("q", several.key, lettering("012").order)
    answer = RoundAnswer(given_by(several, plan.lettering, (0,)), 1_000)
    mine = MyResult(several, plan, answer, 0, None, 1, "p", [])
    assert "### ❌ A, but it's A, C" in "\n".join(map(str, told_screen(mine).blocks))


def test_where_nobody_answered_what_is_typed_no_empty_bars_stand():
    view = played("-")
    about = {"section": "s", "topic": "s", "kind": "recall", "difficulty": "easy", "core": True, "family": "q"}
    typed = Question(id="q0", form="typed", stem="What hangs in the tree?", accepted=["swarm"], **about)
    said = reveal(replace(view, game=replace(view.game, questions=(typed,))))
    assert "Nobody answered." in said
    assert "The answer is swarm" in said
    assert "░" not in said
