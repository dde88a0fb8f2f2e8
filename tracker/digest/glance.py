"""Campaigns at one look, whoever reads it: one sentence of state, and the next weeks."""

from collections.abc import Sequence
from datetime import date

from msgspec import Struct

from tracker.campaign import World
from tracker.content import Picture
from tracker.digest.desk import first_ahead
from tracker.digest.picture import last_day, picture
from tracker.digest.recess import recesses
from tracker.digest.standing import state_of
from tracker.digest.status import CampaignStatus
from tracker.planning import Plan


class Glance(Struct, frozen=True):
    """What stands above the campaigns one by one."""

    state: str
    picture: Picture | None


def glance(found: Sequence[CampaignStatus], planned: Plan, world: World, today: date) -> Glance:
    """Look at the campaigns that are not closed."""
    going = [one for one in found if one.closed is None or one.closed > today]
    courses = [planned.courses[one.campaign] for one in going]
    meetings = [
        meeting
        for whole in courses
        for meeting in whole.meetings
        if whole.aims_at(meeting) and meeting.end > planned.now
    ]
    steps = [step for one in going for step in one.steps if step.kind == "deadline"]
    return Glance(
        state_of(
            len(going),
            sum(ask.open for one in going for ask in one.asks),
            sum(step.state == "overdue" for step in steps),
            first_ahead(meetings, planned.now),
            planned.now,
        ),
        picture(
            today,
            meetings,
            [step.due for step in steps if step.state == "ahead" and step.due],
            recesses(courses, world.forums, today, last_day(today)),
        ),
    )
