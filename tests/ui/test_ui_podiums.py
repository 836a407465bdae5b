"""What a podium says: who won, the places, what the group learned."""

from dataclasses import replace

from in_english import say
from played import NAMES, QUESTIONS, ended, offered, played, words

from bot.model.members import Face
from bot.packs.models import Misconception
from bot.quiz.competition.scoring import Scoring
from bot.services.competition.views import GameView, Learned
from bot.ui.competition.podiums import podium_screen
from bot.ui.competition.screens import lobby_screen
from bot.ui.layouts import Beside

MYTH = Misconception(id="hotter", belief="Hotter is better.", correction="It burns.", section="water")


def podium(*rounds: str, **rules) -> str:
    return words(podium_screen(ended(played(*rounds, **rules))))


def headline(*rounds: str, **rules) -> str:
    return podium(*rounds, **rules).splitlines()[0]


def test_the_headline_says_who_won():
    assert headline("BAA") == "## 🏆 Ada wins!"
    assert headline("BBA") == "## 🏆 Ada and Grace share the win!"
    assert headline("BBB") == "## 🏆 Ada, Grace and Linus share the win!"
    assert headline("BBBBA") == "## 🏆 4 share the win!"
    assert headline("AAA") == "## Nobody scored. Tough set!"
    assert headline("BAA", "AAA", "AAA", scoring=Scoring.CERTAINTY) == "## 🏆 Ada wins!"
    assert headline("---") == "## Nobody answered this time"
    assert headline("BABA", teams=2) == "## 🏆 🟥 Team Red wins!"
    assert headline("BB", teams=2) == "## 🏆 🟥 Team Red and 🟦 Team Blue share the win!"


def test_a_duel_is_told_by_its_score_and_by_who_was_faster_where_that_decided():
    assert headline("AB", "AB", "BB", duel=True, rounds_planned=7) == "## 🏆 Grace 3 : 1 Ada"
    assert headline("BB", duel=True) == "## 🤝 Ada 1 : 1 Grace"
    assert headline("AA", duel=True) == "## 🤝 Ada 0 : 0 Grace"
    assert headline("-B", duel=True) == "## 🏆 Grace 1 : 0 Ada"
    assert "As many right answers, and Ada was faster." in podium("BB", duel=True, scoring=Scoring.CLASSIC)


def test_the_first_three_have_their_avatars_beside_their_names_and_the_rest_is_one_text():
    view = ended(played("BBAAA", "BAAAA"))
    faces = {member: Face(name, "0f" * 16 if name == "Ada" else None) for member, name in NAMES.items()}
    screen = podium_screen(replace(view, faces=faces))
    places = [block for block in screen.blocks if isinstance(block, Beside)]
    assert [one.text.splitlines()[0] for one in places] == ["<:medal_1:0> Ada", "<:medal_2:0> Grace", "**3.** Linus"]
    assert places[0].text.splitlines()[1] == "**2** · 2 of 2 right"
    assert f"/avatars/1/{'0f' * 16}.png" in places[0].address
    assert "/embed/avatars/" in places[1].address
    assert "**3.** Zoë · **0** · 0 of 2 right\n**3.** Alan · **0** · 0 of 2 right" in words(screen)


def test_until_it_is_unveiled_it_keeps_who_won_to_itself_and_its_buttons_stay_where_they_are():
    view = ended(played("BBBA", "BBAA", "BAAA"))
    first, second = (podium_screen(replace(view, unveiled=unveiled)) for unveiled in (1, 2))
    assert words(first) == "## 🥁 The podium, third place first\n🥉 Linus\n**1** · 1 of 3 right"
    assert "🥈 Grace\n**2** · 2 of 3 right\n🥉 Linus" in words(second)
    assert "Ada" not in words(second)
    assert offered(first) == offered(second) == offered(podium_screen(view))


def test_the_lobby_keeps_it_to_itself_too():
    view = ended(played("BAA"))
    assert "Ada** won" not in words(lobby_screen(view, say))
    assert "🏆 **Ada** won with 1." in words(lobby_screen(replace(view, podium_message_id=5), say))


def learning(knew: tuple[int, ...], believed: int = 2, myth: Misconception | None = MYTH) -> GameView:
    return replace(ended(played("BAA", "BBA")), learned=Learned(0, knew, 3, myth, believed))


def test_what_the_group_learned_is_the_hardest_question_the_myth_behind_it_and_a_way_to_practise_it():
    screen = podium_screen(learning((1,)))
    assert "**Hardest question**: number 1, only Ada got it." in words(screen)
    assert f"-# {QUESTIONS[0].stem}" in words(screen)
    myth = "**Common myth:** “Hotter is better.” **Actually:** It burns. 2 of 3 fell for it."
    assert myth in words(screen)
    assert offered(screen) == ["Practise that", "Rematch", "Practise what I missed", "Results as CSV"]
    assert "number 1, nobody got it." in words(podium_screen(learning(())))
    assert "number 1, 2 of 3 got it." in words(podium_screen(learning((1, 2))))
    assert "myth" not in words(podium_screen(learning((1,), myth=None)))


def test_where_nobody_missed_anything_there_is_nothing_to_drill():
    assert offered(podium_screen(ended(played("BBB"))))[0] == "Rematch"
