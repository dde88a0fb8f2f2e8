"""A letter whose session moves, and who was corrected or reminded of what."""

from email import message_from_bytes, policy

from tests.builders import CONFIG, COUNCIL, LETTER, at
from tests.house import House
from tracker.app.sending import Sent
from tracker.campaign import World

CALLS = """
[[deadline]]
id = "calls"
what = "Call the embassies"
due = "1 working day before meeting at 12:00"
"""
ASK_THE_CHAIR = """
[[target]]
id = "chair"
post = "Chair"
[[follow-up]]
id = "ask"
what = "Ask the chair"
for = "campaign"
target = "chair"
due = "1 working day after delivery"
repeat = "every 3 days, 2 more times"
until = "reply"
escalate = "new-york"
"""
OPENED = LETTER.replace("dated = 2010-06-22", "dated = 2010-06-14")
CAMPAIGN = OPENED + CALLS
BOTH = CAMPAIGN.replace('["vienna"]', '["vienna", "new-york"]')
TO_FRIDAY = 'moved = [{ from = 2010-06-24, to = "2010-06-25 at 10:00", why = "Ministerial" }]\n'
TO_MONDAY = 'moved = [{ from = 2010-06-24, to = "2010-06-28 at 10:00" }]\n'
CANCELLED = 'cancelled = [{ on = 2010-06-24, why = "no quorum" }]\n'
THURSDAY, FRIDAY = at("2010-06-24 08:00"), at("2010-06-25 08:00")
MONDAY = at("2010-06-28 08:00")
NEVER = CONFIG.replace('"weekdays"', '"never"').replace('"weekly"', '"never"')


def council(more: str) -> dict[str, str]:
    return {"council": COUNCIL + more}


def a_house(world: World) -> House:
    return House(world, replayed=False, opened=at("2010-06-14 05:00"))


def corrected(mails: list[Sent]) -> list[tuple[str, str, str, object, object]]:
    """List (moment, reader, item, was, is) of every correction."""
    return [
        (f"{mail.at:%d %H:%M}", mail.record.coordinator, line.item, line.was, line.states)
        for mail in mails
        for line in mail.written.lines
        if line.kind == "correction"
    ]


def reminded(mails: list[Sent], item: str = "meeting") -> list[tuple[str, object]]:
    return [
        (f"{mail.at:%d %H:%M}", line.states)
        for mail in mails
        for line in mail.written.lines
        if line.kind == "reminder" and line.item == item
    ]


def text_of(mail: Sent) -> str:
    body = message_from_bytes(mail.record.raw, policy=policy.default).get_body(("plain",))
    assert body is not None
    return " ".join(body.get_content().split())
