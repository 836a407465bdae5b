"""A start, the command line, and worker processes."""

from bot.facts import Code
from bot.ui.words.kinds import Words
from bot.wording import counted

_UPDATE = "Update Studyhall (and discord.py), then start again."
CLOSED = {
    4010: "It did not accept the connection's shard. Leave STUDYHALL_SHARDS out, so that Discord says how many there are, "
    "and start again.",
    4011: "The bot is in more servers than so few connections may serve. Leave STUDYHALL_SHARDS out, so that Discord says "
    "how many it takes, and start again.",
    4012: f"It no longer speaks this version of the Gateway. {_UPDATE}",
    4013: f"It does not know an intent that was asked for. Studyhall asks for `guilds` alone. {_UPDATE}",
    4014: "The application may not use an intent that was asked for. Studyhall asks for `guilds` alone, which needs no "
    "approval: look in the developer portal whether the application was limited, and update Studyhall.",
}
"""What to do about close codes after which nothing is tried again
(https://discord.com/developers/docs/topics/opcodes-and-status-codes#gateway-gateway-close-event-codes)."""
CLOSED_OTHERWISE = "Check that the token is still valid and that no other program uses it, then start again."

WORDS: Words = {
    Code.SAID: "{words}",
    Code.TOKEN_REFUSED: "DISCORD_TOKEN was refused. Copy it again from the application's Bot page (Reset Token "
    "shows a new one).",
    Code.CONNECTION_CLOSED: lambda where, close_code: (
        f"{where} closed the connection for good (code {close_code}). {CLOSED.get(close_code, CLOSED_OTHERWISE)}"
    ),
    Code.UNREACHABLE: "{where} can't be reached ({why}). Check the connection and start again.",
    Code.RATE_LIMITED: lambda where, minutes: (
        f"{where} lets this bot in again in {counted(minutes, 'minute')} (rate limit). Start it again then."
    ),
    Code.NOT_LET_IN: "{where} answered {status} and won't let the bot in now. Wait a few minutes and start again.",
    Code.CHART_NOT_WRITTEN: "The chart could not be written to {file} ({why}). Choose another place with --chart.",
    Code.DEMO_NOT_LISTED: lambda name, demos: (
        f"There is no demo {name}. `python -m bot demo` lists them: {', '.join(demos)}."
    ),
    Code.FILE_NOT_WRITTEN: "{file} can't be written ({why}). Give another name.",
    Code.MONITOR_PORT_TAKEN: "Port {port} of {host} can't be used ({why}). Give STUDYHALL_MONITOR_PORT another, or 0.",
    Code.PLAY_PORT_TAKEN: "Port {port} can't be used ({why}). Choose another with --port.",
    Code.WORK_STOPPED: "The work was stopped after {seconds:g} seconds.",
    Code.WORKER_DIED: "The process that did the work has died.",
}
