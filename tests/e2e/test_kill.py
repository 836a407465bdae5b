"""The bot is killed at random moments of a competition of fifty, and nothing is lost, doubled or changed."""

from killing import Killing, summary


async def test_nothing_is_lost_when_the_bot_is_killed_ten_times(playground, tmp_path):
    report = await Killing(playground, tmp_path, seed=28).run(kills=10)
    print(summary(report))
    assert report.faults == []
    assert report.kills == 10
    # On PostgreSQL a bot that is back within 5 s waits for its turn to connect, which the database remembers.
    assert report.acknowledged > 100
    assert report.resumed_seconds
