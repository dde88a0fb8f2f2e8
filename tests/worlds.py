"""Hypothesis strategies for whole worlds: letters with meetings, steps and facts around 2010."""

from datetime import date, timedelta

from hypothesis import strategies as st

from tests.builders import CONFIG, NEW_YORK, VIENNA, a_world
from tracker.campaign import World

ZONES = (
    "Europe/Vienna",
    "America/New_York",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "America/Havana",
)
FIRST_THURSDAY = date(2010, 3, 4)
LEADS = (
    "on the day",
    "1 working day before",
    "3 days before",
    "1 week before",
    "1 day before at 15:00",
)
DUES = (
    "2 working days before meeting",
    "1 day before meeting at 12:00",
    "day of meeting",
    "1 working day after meeting",
    "7 days after delivery",
    "3 days after opening or next working day",
    "14 days after decision",
    "2 weeks before meeting",
)
RESULTS = ("met", "partly met", "deferred", "not met", "adopted not implemented", "superseded")


def _list(values: list[str]) -> str:
    return "[" + ", ".join(f'"{one}"' for one in values) + "]"


@st.composite
def thursdays(draw: st.DrawFn) -> date:
    return FIRST_THURSDAY + timedelta(weeks=draw(st.integers(0, 40)))


@st.composite
def letters(draw: st.DrawFn) -> str:
    """Draw one campaign's text: every phrase, fact and meeting in it exists."""
    opened = date(2010, 3, 1) + timedelta(days=draw(st.integers(0, 200)))
    readers = draw(st.sampled_from((["vienna"], ["new-york"], ["vienna", "new-york"])))
    meetings = draw(st.lists(thursdays(), max_size=3, unique=True))
    parts = [
        f'title = "A letter"\ndated = {opened}\ncoordinators = {_list(readers)}',
        f'workdays = "{draw(st.sampled_from(("vienna", "new-york")))}"',
    ]
    if draw(st.integers(0, 4)) == 0:
        parts.append(f"closed = {opened + timedelta(days=draw(st.integers(1, 90)))}")
    if draw(st.integers(0, 4)) == 0:
        first = opened + timedelta(days=draw(st.integers(0, 30)))
        last = first + timedelta(days=draw(st.integers(0, 20)))
        parts.append(f'paused = "{first} to {last}"')
    parts += [f'[[ask]]\nid = "ask-{n}"\ntext = "Ask {n}"' for n in (1, 2)]
    parts += [_meeting(draw, day) for day in meetings]
    parts += [f'[[target]]\nid = "t{n}"\npost = "Post {n}"' for n in (1, 2)]
    parts += [_deadline(draw, n) for n in range(draw(st.integers(0, 2)))]
    parts += [_follow_up(draw, n) for n in range(draw(st.integers(0, 2)))]
    facts = draw(st.lists(_facts(opened, meetings), max_size=5))
    return "\n".join([*parts, *facts]) + "\n"


def _meeting(draw: st.DrawFn, day: date) -> str:
    remind = draw(
        st.none() | st.lists(st.sampled_from(LEADS), min_size=1, max_size=3, unique=True)
    )
    text = f'[[meeting]]\nforum = "every-week"\ndate = {day}'
    return text if remind is None else f"{text}\nremind = {_list(remind)}"


def _deadline(draw: st.DrawFn, number: int) -> str:
    leads = draw(st.lists(st.sampled_from(LEADS), min_size=1, max_size=3, unique=True))
    until = draw(st.sampled_from(("done", "delivered", "reply", "outcome")))
    return (
        f'[[deadline]]\nid = "deadline-{number}"\nwhat = "Do {number}"\n'
        f'due = "{draw(st.sampled_from(DUES))}"\nremind = {_list(leads)}\nuntil = "{until}"'
    )


def _follow_up(draw: st.DrawFn, number: int) -> str:
    repeat = draw(
        st.sampled_from(
            ("every 7 days", "every 5 working days, 2 more times", "every 1 day, 3 more times")
        )
    )
    until = draw(st.sampled_from(("done", "delivered", "reply", "outcome", "readout", "settled")))
    scope = draw(st.sampled_from(("", 'for = "each target"\n', 'for = "campaign"\n')))
    escalate = 'escalate = "new-york"\n' if "more" in repeat and draw(st.booleans()) else ""
    due = draw(st.sampled_from(DUES))
    return (
        f'[[follow-up]]\nid = "follow-{number}"\nwhat = "Chase {number}"\n'
        f'due = "{due}"\nrepeat = "{repeat}"\nuntil = "{until}"\n{scope}{escalate}'
    )


@st.composite
def _facts(draw: st.DrawFn, opened: date, meetings: list[date]) -> str:
    on = opened + timedelta(days=draw(st.integers(0, 120)))
    hour = draw(st.sampled_from(("", "", "T09:30:00", "T00:00:00", "T23:59:00")))
    kind = draw(st.sampled_from(("delivered", "reply", "stance", "outcome", "done")))
    begun = [day for day in meetings if day < on]
    ask, result = draw(st.integers(1, 2)), draw(st.sampled_from(RESULTS))
    nowhere = "" if begun else '\nmeeting = "none"'
    more = {
        "delivered": "",
        "reply": 'target = "t1"',
        "stance": 'target = "t2"\nstance = "supportive"',
        "outcome": f'ask = "ask-{ask}"\nresult = "{result}"{nowhere}',
        "done": f'item = "deadline-{draw(st.integers(0, 1))}"',
    }[kind]
    return f'[[log]]\non = {on}{hour}\nfact = "{kind}"\n{more}'


@st.composite
def worlds(draw: st.DrawFn, most: int = 2) -> World:
    """Draw files that are sound: a weekly forum, two readers in any zones, one or two letters."""
    zones = draw(st.lists(st.sampled_from(ZONES), min_size=2, max_size=2))
    config = CONFIG
    for old, new in zip(("Europe/Vienna", "America/New_York"), zones, strict=True):
        config = config.replace(f'timezone = "{old}"', f'timezone = "{new}"', 1)
    config = config.replace('"weekly"', f'"{draw(st.sampled_from(("daily", "weekly", "never")))}"')
    home = draw(st.sampled_from(ZONES))
    forum = f'name = "Forum"\ntimezone = "{home}"\nsessions = "Thursday at 10:00"\n'
    if draw(st.booleans()):
        forum += 'moved = [{ from = 2010-04-15, to = "2010-04-16 at 09:00" }]\n'
        forum += "cancelled = [{ on = 2010-05-13 }]\n"
    return a_world(
        *draw(st.lists(letters(), min_size=1, max_size=most)),
        config=config,
        forums={"every-week": forum},
        workdays={"vienna": VIENNA, "new-york": NEW_YORK},
    )
