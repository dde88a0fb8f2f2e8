"""One realistic mail of each kind, from the summer of 2010."""

from datetime import UTC, datetime

from tests.sample_digest import DIGEST
from tests.sample_notices import FIXED, HELD, MISSING, PROBLEM, RESTART
from tests.sample_words import FRIDAY, HRW, MISSION, SIGN_ON, TOLD, VIENNA, YORK
from tracker.compose import Envelope
from tracker.content import CampaignLines, Entry, Group, Line, MailContent, Notice, Section

ENVELOPE = Envelope(
    sender="Campaign tracker <tracker@example.org>",
    to_name="Vienna desk",
    to_address="vienna@example.org",
    sent_at=datetime(2010, 6, 23, 6, tzinfo=UTC),
    seed="vienna\n2010-06-23T06:00:00+00:00\nhrw-osce-ambassadors/embassy-calls",
    campaigns=("gcr2p-osce", "hrw-osce-ambassadors"),
)

REMINDER = MailContent(
    kind="reminder",
    reader="Vienna desk",
    zone="Vienna",
    date="Wednesday 23 June 2010",
    subject="Tomorrow 10:00 OSCE Permanent Council: 2 things to do, 1 late",
    preheader="",
    headline="Tomorrow 10:00 OSCE Permanent Council. 2 things to do, 1 late.",
    groups=(
        Group(
            heading="OSCE Permanent Council, Thursday 24 June 2010, 10:00 Vienna",
            place="Hofburg, Vienna",
            campaigns=(
                CampaignLines(
                    campaign="hrw-osce-ambassadors",
                    title=HRW,
                    lines=(
                        Line(
                            kind="reminder",
                            tag="tomorrow",
                            what=f"On the table: {MISSION}",
                            when="",
                            why="1 working day before Thursday 24 June 2010",
                        ),
                        Line(
                            kind="reminder",
                            tag="due today",
                            what="Call the seven embassies that also sit on the Security Council",
                            when="by Wednesday 23 June 2010, 12:00 Vienna",
                            why="1 working day before Thursday 24 June 2010, at 12:00",
                            settle="tracker log hrw-osce-ambassadors done --item embassy-calls "
                            "--meeting 2010-06-24",
                        ),
                    ),
                ),
            ),
        ),
        Group(
            heading="For the campaign as a whole",
            campaigns=(
                CampaignLines(
                    campaign="icrtop-security-council",
                    title=SIGN_ON,
                    lines=(
                        Line(
                            kind="overdue",
                            tag="overdue: 2 days late",
                            what="Deliver the letter to the members of the Security Council",
                            when="was due Monday 21 June 2010, 18:00 New York "
                            "(Tuesday 22 June 00:00 Vienna)",
                            why="the day of the sign-on deadline",
                            settle="tracker log icrtop-security-council delivered",
                            late="this line leaves 3 hours late: it could not be sent before",
                        ),
                        Line(
                            kind="follow-up",
                            tag="asked once already",
                            what="Ask for an answer to the letter",
                            when="",
                            why="7 days after the delivery of Wed 16 June 2010; repeat 1",
                            settle="tracker log icrtop-security-council reply --target mexico",
                            others=("tracker log icrtop-security-council reply --target china",),
                            detail="Still silent: Claude Heller (Mexico) and Permanent Mission "
                            "of China",
                        ),
                    ),
                ),
            ),
        ),
    ),
    paste="# at the end of hrw-osce-ambassadors.toml\n"
    "[[log]]\n"
    "on      = 2010-06-23\n"
    'fact    = "done"\n'
    'item    = "embassy-calls"\n'
    "meeting = 2010-06-24\n"
    "\n"
    "# at the end of icrtop-security-council.toml\n"
    "[[log]]\n"
    "on      = 2010-06-23\n"
    'fact    = "delivered"',
    footer=VIENNA,
)


CORRECTION = MailContent(
    kind="correction",
    reader="New York desk",
    zone="New York",
    date="Wednesday 23 June 2010",
    subject="Now Fri 25 June, not Thu 24 June: OSCE Permanent ... and 1 more",
    preheader="",
    headline="Now Fri 25 June 09:00 Vienna, not Thu 24 June: OSCE Permanent Council and 1 more.",
    groups=(
        Group(
            heading="Dates that changed",
            campaigns=(
                CampaignLines(
                    campaign="hrw-osce-ambassadors",
                    title=HRW,
                    lines=(
                        Line(
                            kind="correction",
                            tag=f"moved to {FRIDAY}",
                            what="OSCE Permanent Council meets",
                            when="Hofburg, Vienna",
                            why="the session of Thursday 24 June 2010 was moved: Ministerial week",
                            detail=f"{TOLD} Thursday 24 June 2010, 10:00 Vienna (04:00 New York). "
                            "You will be reminded on Thu 24 June 2010",
                        ),
                        Line(
                            kind="correction",
                            tag="moved to Thursday 24 June 2010, 12:00 Vienna (06:00 New York)",
                            what="Call the seven embassies that also sit on the Security Council",
                            when="",
                            why="1 working day before the meeting of Fri 25 June 2010",
                            settle="tracker log hrw-osce-ambassadors done --item embassy-calls "
                            "--meeting 2010-06-24",
                            detail=f"{TOLD} Wednesday 23 June 2010, 12:00 Vienna (06:00 New York)",
                        ),
                    ),
                ),
            ),
        ),
    ),
    footer=YORK,
)

NOTICE = MailContent(
    kind="notice",
    reader="Vienna desk",
    zone="Vienna",
    date="Wednesday 23 June 2010",
    subject="Now tracked: Deploy an OSCE security assistance mission to ...",
    preheader="",
    headline="For your information; there is nothing to do now.",
    notices=(
        Notice(
            item="accepted",
            campaign="hrw-osce-ambassadors",
            title=HRW,
            headline="The tracker follows this campaign from now on. Check that its plan is "
            "right.",
            sections=(
                Section(
                    id="soon",
                    heading="Before tomorrow morning",
                    entries=(
                        Entry(
                            text="Call the seven embassies that also sit on the Security Council",
                            when="Wednesday 23 June 2010, 12:00 Vienna",
                        ),
                    ),
                ),
                Section(
                    id="tight",
                    heading="Tight",
                    entries=(
                        Entry(text="OSCE Permanent Council meets 2 working days after opening"),
                    ),
                ),
                Section(
                    id="plan",
                    heading="The plan",
                    entries=(
                        Entry(
                            text="OSCE Permanent Council meets",
                            when="Thursday 24 June 2010, 10:00 Vienna",
                        ),
                        Entry(text="Log the outcome", when="Friday 25 June 2010"),
                        Entry(text="Ask Berlin what it will second", when="Thursday 1 July 2010"),
                    ),
                ),
                Section(
                    id="past",
                    heading="Already past, not sent",
                    entries=(
                        Entry(
                            text="OSCE Permanent Council: reminder 7 days before",
                            when="Thu 17 June 2010",
                            detail="before the campaign was opened on Tue 22 June 2010",
                        ),
                    ),
                ),
                Section(
                    id="waiting",
                    heading="Waiting for a date",
                    entries=(
                        Entry(
                            text="Ask whether what was decided is being carried out",
                            when="waits for decision",
                        ),
                    ),
                ),
            ),
        ),
    ),
    footer=VIENNA,
)

SAMPLES = (REMINDER, DIGEST, CORRECTION, NOTICE, PROBLEM, FIXED, HELD, MISSING, RESTART)


__all__ = [
    "CORRECTION",
    "DIGEST",
    "ENVELOPE",
    "HRW",
    "MISSION",
    "NOTICE",
    "REMINDER",
    "SAMPLES",
    "name_of",
]


def name_of(content: MailContent) -> str:
    """Name a sample: after its kind, a notice after what it tells."""
    return content.notices[0].item if content.kind == "notice" else content.kind
