"""The screens of a competition until its rounds are over: lobby, challenge, round, and what a player locks in."""

from collections.abc import Sequence
from functools import partial

import discord

from bot.facts import Say
from bot.quiz.board.points import BONUSES, POINTS_FOR_RIGHT
from bot.quiz.competition.standings import Standing, standings, team_standings
from bot.quiz.competition.state import LIVE, Competition, Phase
from bot.quiz.question.asking import Sureness
from bot.services.competition.views import MOST_CALLED, GameView
from bot.ui import ids
from bot.ui.layouts import BLURPLE, GREY, RULE, Block, Button, Row, Screen, asking
from bot.ui.names import safe
from bot.ui.question import answering
from bot.ui.question import card as question_card

SHOWN_PLAYERS, SHOWN_WINNERS = 30, 3
TEAMS = ("🟥 Red", "🟦 Blue", "🟩 Green", "🟨 Yellow", "🟪 Purple", "🟧 Orange", "🟫 Brown", "⬜ White")
LEVELS = {"1": Sureness.GUESS, "2": Sureness.THINK, "3": Sureness.SURE}
"""How sure somebody is, as custom ids say it; messages that stand in channels have them."""
SURENESS_WORDS = {Sureness.GUESS: "Guess", Sureness.THINK: "Think so", Sureness.SURE: "Sure"}
PRIMARY, SUCCESS, DANGER = discord.ButtonStyle.primary, discord.ButtonStyle.success, discord.ButtonStyle.danger


def link_to(view: GameView) -> str:
    """Where a competition is now: its podium, the round that is on, or its lobby."""
    game = view.game
    message_id = view.podium_message_id or view.round_message_id
    if message_id:
        return f"https://discord.com/channels/{game.guild_id}/{game.play_channel_id}/{message_id}"
    base = f"https://discord.com/channels/{game.guild_id}/{game.channel_id}"
    return f"{base}/{game.lobby_message_id}" if game.lobby_message_id else base


def thread_name(view: GameView) -> str:
    """What a competition's thread is called."""
    what = _what(view, "all sections")
    return f"Competition {view.game.id}: {what}"[:100]


def _what(view: GameView, everything: str) -> str:
    if view.game.setup.set_title:
        return f"{view.course} › {view.game.setup.set_title}" if view.course else view.game.setup.set_title
    whole = f"{view.course} › {everything.lower()}" if view.course else everything
    return ", ".join(view.section_titles) or whole


def lobby_screen(view: GameView, say: Say) -> Screen:
    """What is played, by which rule, who is in, and when it starts."""
    state, rules = view.state, view.state.rules
    if rules.duel:
        return _duel_screen(view, say)
    what = _what(view, "All sections")
    what, level = (safe(what, 120), "") if view.game.setup.set_title else (what, " · easier questions first")
    level = f" · {view.game.setup.difficulty} questions" if view.game.setup.difficulty else level
    teams = f" · {rules.teams} teams" if rules.teams else ""
    aims = "It starts with myths that this group believes.\n" if view.game.setup.aims else ""
    head = (
        f"## 🏁 Competition · {what}\n"
        f"{_rounds(view)} · {rules.pace_ms / 1000:g} s each, more to read code{level}{teams}\n{aims}"
        f"**Score** ({rules.scoring.value}): {rules.scoring.rule}.\n"
        f"-# **Study points**: {POINTS_FOR_RIGHT} for each right answer to a question that is new to you or due; the top "
        f"three get {BONUSES[0]}, {BONUSES[1]} and {BONUSES[2]} more."
    )
    blocks: list[Block] = [head, RULE, _players(view)]
    if state.phase is Phase.LOBBY:
        when = f"<t:{-(-state.starts_ms // 1000)}:R>, or " if state.starts_ms else ""
        blocks.append(f"Starts {when}when {safe(view.name(state.host_id))} starts it")
        if rules.teams_chosen:
            blocks += _team_rows(view)
        return Screen([*blocks, _lobby_buttons(view)], BLURPLE)
    if state.phase is Phase.PAUSED:
        return Screen([*blocks, pause_words(view, say), _lobby_buttons(view)], GREY)
    words = {Phase.CANCELLED: say(state.reason), Phase.FINISHED: _over(view, say)}.get(
        state.phase, f"{_begun(view)} You can still join by answering." if state.round >= 0 else _begun(view)
    )
    on = [_lobby_buttons(view)] if state.phase in LIVE else []
    return Screen([*blocks, words, *on], GREY)


def _begun(view: GameView) -> str:
    """That the game is on, and where."""
    if view.state.is_before_rounds:
        where = f" In <#{view.game.play_channel_id}>." if view.game.setup.thread else ""
        return f"{ready_words(view)}{where}"
    if view.game.setup.thread:
        return f"It has begun, in <#{view.game.play_channel_id}>."
    return "It has begun: the rounds are below."


def _over(view: GameView, say: Say) -> str:
    """Why it is over, who won, and where the podium is, once it is there."""
    lines = [line for line in standings(view.state) if line.place == 1 and line.score > 0]
    names = ", ".join(f"**{safe(view.name(line.member_id))}**" for line in lines[:SHOWN_WINNERS])
    won = f"🏆 {names} won with {lines[0].score:,}." if lines and view.podium_message_id else ""
    podium = f"The podium: {link_to(view)}" if view.podium_message_id else ""
    return " ".join(part for part in (say(view.state.reason), "It is over.", won, podium) if part)


def ready_words(view: GameView) -> str:
    """That the first question comes, and when."""
    return f"**Get ready!** Question 1: <t:{-(-(view.state.wake_ms or 0) // 1000)}:R>"


def call_screen(view: GameView) -> Screen:
    """The players, each mentioned once, and when the first question comes."""
    names = " ".join(f"<@{player.member_id}>" for player in view.state.players[:MOST_CALLED])
    is_next = view.state.is_before_rounds and view.state.phase is not Phase.PAUSED
    words = f"{ready_words(view)}\n{names}" if is_next else f"The game is played here: {names}"
    return Screen([words, Row([Button("Leave", ids.encode("game.leave", view.game.id))])], BLURPLE)


def _lobby_buttons(view: GameView) -> Row:
    """The same three as long as the game is on."""
    game = view.game.id
    return Row(
        [
            Button("Join", ids.encode("game.join", game), SUCCESS),
            Button("Leave", ids.encode("game.leave", game)),
            controls_button(view),
        ]
    )


def controls_button(view: GameView, number: int = -1) -> Button:
    """The button that opens the host's panel: from the lobby, or from a round's message."""
    return Button("Host controls", ids.encode("game.controls", view.game.id, number + 1))


def _rounds(view: GameView) -> str:
    """How many rounds there will be: no question is asked twice in a game."""
    wanted, fitting = view.state.rules.rounds, view.fitting
    if view.state.plans:
        wanted = len(view.state.plans)
    if fitting is None or fitting >= wanted:
        return f"**{wanted} rounds**" if wanted != 1 else "**1 round**"
    return f"**{fitting} {'rounds' if fitting != 1 else 'round'}** (no more questions fit, of {wanted} asked for)"


def _team_rows(view: GameView) -> list[Block]:
    buttons = [
        Button(team_name(team), ids.encode("game.team", view.game.id, team))
        for team in range(1, view.state.rules.teams + 1)
    ]
    return [Row(buttons[start : start + 4]) for start in range(0, len(buttons), 4)]


def _duel_screen(view: GameView, say: Say) -> Screen:
    """A challenge, and what became of it."""
    state = view.state
    host, other = safe(view.name(state.host_id)), safe(view.game.setup.duel_name)
    head = (
        f"## ⚔️ Duel\n**{host}** challenges **{other}**: best of {state.rules.rounds} questions. "
        "It ends as soon as nobody can catch up."
    )
    if state.phase is Phase.LOBBY:
        by = f"<t:{-(-(state.wake_ms or 0) // 1000)}:t>"
        expires = f"<@{view.game.setup.duel_with}>, do you accept? You have until {by}."
        return Screen([head, expires, _duel_buttons(view)], BLURPLE)
    if state.phase is Phase.PAUSED:
        return Screen([head, pause_words(view, say), _duel_buttons(view)], GREY)
    words = {Phase.CANCELLED: say(state.reason), Phase.FINISHED: _over(view, say)}.get(state.phase, _begun(view))
    return Screen([head, words, *([_duel_buttons(view)] if state.phase in LIVE else [])], GREY)


def _duel_buttons(view: GameView) -> Row:
    """The same buttons as long as the duel is on."""
    game, on = view.game.id, view.state.phase is not Phase.LOBBY
    return Row(
        [
            Button("Accept", ids.encode("game.accept", game), SUCCESS, disabled=on),
            Button("Decline", ids.encode("game.decline", game), disabled=on),
            *([Button("Leave", ids.encode("game.leave", game))] if on else []),
            controls_button(view),
        ]
    )


def ask_decline_screen(view: GameView, *, is_host: bool) -> Screen:
    """Whether a challenge is to be declined, or taken back."""
    words = (
        "**Take the challenge back?**"
        if is_host
        else f"**Decline the duel with {safe(view.name(view.state.host_id))}?**"
    )
    yes, game = "Yes, take it back" if is_host else "Yes, decline it", view.game.id
    keep = Button("No, keep it", ids.encode("host.keep", game))
    return asking(words, keep, Button(yes, ids.encode("game.decline_yes", game)))


def ask_leave_screen(view: GameView) -> Screen:
    """Whether a duel is to be ended by leaving it."""
    game = view.game.id
    keep = Button("No, go on", ids.encode("host.keep", game))
    yes = Button("Yes, leave it", ids.encode("game.leave_yes", game))
    return asking("**Leave this duel?** It ends for both of you. What was played counts.", keep, yes)


def pause_words(view: GameView, say: Say) -> str:
    """Why nothing comes, and when the game ends by itself."""
    state = view.state
    ends = f" Otherwise the game ends <t:{-(-state.wake_ms // 1000)}:f>." if state.wake_ms is not None else ""
    return f"⏸️ **Paused.** {say(state.reason)} The host or a manager can resume it.{ends}"


def _players(view: GameView) -> str:
    state = view.state
    count = len(state.present)
    if not count:
        return "Nobody is in yet. Press **Join**." if state.phase is Phase.LOBBY else "Nobody was in."
    if state.rules.teams:
        teams = []
        for team in range(1, state.rules.teams + 1):
            names = [safe(view.name(p.member_id)) for p in state.present[:SHOWN_PLAYERS] if p.team == team]
            teams.append(f"{team_name(team)}: {', '.join(names) or '…'}")
        return f"**{count} in**\n" + "\n".join(teams)
    listed = ", ".join(safe(view.name(player.member_id)) for player in state.present[:SHOWN_PLAYERS])
    more = f" and {count - SHOWN_PLAYERS} more" if count > SHOWN_PLAYERS else ""
    return f"**{count} in**: {listed}{more}"


def team_name(team: int) -> str:
    """What a team (1, 2, …) is called, its colour in words too."""
    square, colour = TEAMS[(team - 1) % len(TEAMS)].split()
    return f"{square} Team {colour}"


def team_lines(state: Competition, rounds: int | None = None) -> list[str]:
    """How the teams stand, after so many rounds or all of them; none without teams."""
    standing = enumerate(team_standings(state, rounds), 1)
    return [f"**{place}.** {team_name(team)} · {mean:,.0f} a player" for place, (team, mean) in standing]


def duel_score(view: GameView, lines: Sequence[Standing]) -> str:
    """How a duel stands: *Grace 5 : 3 Ada*, by right answers."""
    one, other = lines
    return f"{safe(view.name(one.member_id))} {one.right} : {other.right} {safe(view.name(other.member_id))}"


def head(view: GameView, number: int) -> str:
    """Which round it is, and how hard its question."""
    return f"-# Round {number + 1} of {len(view.state.plans)} · {view.game.questions[number].difficulty}"


def stem(view: GameView, number: int) -> str:
    """Which round it is, and what is asked."""
    return f"{head(view, number)}\n{question_card.stem(view.game.questions[number])}"


def open_round_screen(view: GameView, number: int, say: Say) -> Screen:
    """A round that can be answered, or is paused."""
    state, plan = view.state, view.state.plans[number]
    paused = state.phase is Phase.PAUSED
    if paused:  # a pause gives nobody time to think
        blocks: list[Block] = [f"{head(view, number)}\nThe question is hidden until the game goes on."]
    else:
        blocks = [stem(view, number), *answering.asked(view.game.questions[number], plan.lettering, once=True)]
    pick = partial(ids.encode, "game.pick", view.game.id, number)
    begin = ids.encode("game.begin", view.game.id, number)
    blocks += answering.ways_to_answer(view.game.questions[number], plan.lettering, pick, begin, locked=paused)
    waited_for = {player.member_id for player in state.present} | state.answers.keys()
    answered = f"**{len(state.answers)}** of {len(waited_for)} have answered"
    if paused:
        blocks.append(f"{pause_words(view, say)}\n{answered}; the time that is left is kept.")
    else:
        blocks.append(f"⏱️ Closes <t:{(state.deadline_ms or 0) // 1000}:R> · {answered}")
    if view.note:
        blocks.append(f"-# {say(view.note)}")
    blocks.append(Row([controls_button(view, number)]))
    return Screen(blocks, GREY if paused else BLURPLE)


def sureness_screen(called: str, game: str | int, number: str | int, chosen: Sureness | None) -> Screen:
    """Locked in, and how sure? The last tap before the deadline counts."""
    said = "guess, until you say more" if chosen is None else SURENESS_WORDS[chosen].lower()
    words = f"🔒 Locked in **{called}** ({said}). How sure are you? The last tap before the deadline counts."
    buttons = [
        Button(
            SURENESS_WORDS[sureness],
            ids.encode("game.sure", game, number, level),
            PRIMARY if sureness is chosen else discord.ButtonStyle.secondary,
        )
        for level, sureness in LEVELS.items()
    ]
    return Screen([words, Row(buttons[::-1])], BLURPLE)
