"""Small sound campaigns, each a little different: the same one for the same number."""

import random
from datetime import date, timedelta

THURSDAYS = tuple(date(2010, 6, 24) + timedelta(weeks=n) for n in range(5))
TITLES = ("Send a mission", "Öffnet die Grenze", "Освободите их", "أطلقوا سراحهم", "Halt it")
READERS = 'coordinators = ["vienna"]\n'
DUES = ("2 working days before meeting at 12:00", "1 day before meeting", "28 June 2010")
REPEATS = ("every 7 days, 3 more times", "every 3 working days", "every 2 weeks")


def a_campaign(number: int) -> str:
    """Write the campaign of a number."""
    dice = random.Random(number)  # noqa: S311 -- a test's own dice
    days = sorted(dice.sample(THURSDAYS, dice.randint(1, 2)))
    parts = [
        f'title = "{dice.choice(TITLES)} {number}"\ndated = 2010-06-22\n' + READERS,
        *(f'[[ask]]\nid = "ask-{n}"\ntext = "Ask {n}"\n' for n in range(dice.randint(1, 2))),
        *(f'[[meeting]]\nforum = "council"\ndate = {day}\n' for day in days),
        '[[target]]\nid = "chair"\npost = "The chair"\n',
    ]
    parts += [
        f'[[deadline]]\nid = "call-{n}"\nwhat = "Call {n}"\ndue = "{dice.choice(DUES)}"\n'
        for n in range(dice.randint(0, 2))
    ]
    if dice.random() < 0.5:
        parts.append(
            '[[follow-up]]\nid = "chase"\nwhat = "Chase"\nfor = "campaign"\n'
            f'due = "5 days after meeting"\nrepeat = "{dice.choice(REPEATS)}"\n'
        )
    if dice.random() < 0.5:
        parts.append('[[log]]\non = 2010-06-22\nfact = "delivered"\n')
    return "\n".join(parts)
