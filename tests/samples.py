"""One realistic mail of each kind, from the summer of 2010."""

from datetime import UTC, datetime

from tracker.compose import Envelope
from tracker.content import CampaignLines, Entry, Group, Line, MailContent, Notice, Section

HRW = "Deploy an OSCE security assistance mission to southern Kyrgyzstan"
SIGN_ON = "Sign-on letter to the Security Council on Kyrgyzstan"
VIENNA = (
    "You get this because config.toml names you (vienna) as a coordinator; days and hours are "
    "those of Vienna. Whoever keeps config.toml can change that."
)
MISSION = "Field an OSCE stabilisation mission with a policing mandate"
FRIDAY = "Friday 25 June 2010, 09:00 Vienna (03:00 New York)"
SILENT = (
    "Still silent: U. Joy Ogwu, President of the Council (Nigeria), Mexico, Türkiye, "
    "Bosnia and Herzegovina and 6 more"
)
TOLD = (
    "I told you Thursday 24 June on Tuesday 22 June 2010, 08:00 New York. "
    "You will be reminded again on Thursday 24 June 2010."
)
YORK = VIENNA.replace("vienna", "new-york").replace("Vienna", "New York")

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
    subject="Tomorrow 10:00 OSCE Permanent Council: 1 thing to do, 1 late",
    preheader="",
    headline="Tomorrow 10:00 OSCE Permanent Council. 1 thing to do, 1 late.",
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

DIGEST = MailContent(
    kind="digest",
    reader="New York desk",
    zone="New York",
    date="Monday 12 July 2010",
    subject="Thu 15 July 10:00 OSCE Permanent Council: 2 things to do",
    preheader="4 campaigns, 7 open asks, 1 overdue.",
    headline="2 things to do.",
    state="4 campaigns, 7 open asks, 1 overdue. "
    "Next: OSCE Permanent Council, Thursday 15 July 2010.",
    groups=(
        Group(
            heading="OSCE Permanent Council, Thursday 8 July 2010, 10:00 Vienna (04:00 New York)",
            place="Hofburg, Vienna",
            note="third session on this ask: no decision at the 2 before",
            campaigns=(
                CampaignLines(
                    campaign="hrw-osce-ambassadors",
                    title=HRW,
                    lines=(
                        Line(
                            kind="follow-up",
                            tag="asked once already",
                            what="Log the outcome: what became of the mission?",
                            when="",
                            why="1 working day after Thursday 8 July 2010, then every day",
                            settle="tracker log hrw-osce-ambassadors outcome --ask mission "
                            "--meeting 2010-07-08 --result RESULT",
                            detail="RESULT: met, partly met, deferred, not met, adopted not "
                            "implemented or superseded",
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
                            kind="follow-up",
                            tag="to do now",
                            what="Telephone the missions that have not answered",
                            when="",
                            why="14 days after delivery on Wednesday 23 June 2010",
                            settle="tracker log icrtop-security-council reply --target nigeria",
                            detail=SILENT,
                        ),
                    ),
                ),
            ),
        ),
    ),
    sections=(
        Section(
            id="overdue",
            heading="Overdue",
            entries=(
                Entry(
                    text="Write the readout of the meeting with the Chairperson",
                    when="Friday 9 July 2010, 18:00 Vienna (12:00 New York), 3 days late",
                    detail="gcr2p-osce",
                ),
            ),
        ),
        Section(
            id="ahead",
            heading="The next 14 days",
            entries=(
                Entry(
                    text="OSCE Permanent Council meets (fourth session on this ask: no "
                    "decision at the 3 before)",
                    when="Thursday 15 July 2010, 10:00 Vienna (04:00 New York)",
                    detail="gcr2p-osce; hrw-osce-ambassadors",
                ),
                Entry(
                    text="Informal meeting of ministers, Almaty",
                    when="Fri 16 July 2010 to Sat 17 July 2010, time not known",
                    detail="hrw-osce-ambassadors",
                ),
                Entry(
                    text="Telephone the delegations that have not answered",
                    when="Wednesday 14 July 2010",
                    detail="gcr2p-osce",
                ),
            ),
        ),
        Section(
            id="silent",
            heading="Still silent",
            entries=(
                Entry(
                    text="President of the Security Council, U. Joy Ogwu, Nigeria",
                    when="19 days silent, asked 2 times",
                    detail="icrtop-security-council",
                ),
                Entry(
                    text="Chairperson of the Permanent Council, Kairat Abdrakhmanov, Kazakhstan",
                    when="12 days silent, asked 1 time",
                    detail="gcr2p-osce",
                ),
            ),
        ),
        Section(
            id="changed",
            heading="Changed since Mon 5 July 2010",
            entries=(
                Entry(
                    text="Outcome of “Field a stabilisation mission”: deferred to Thu 8 July 2010",
                    when="Thu 1 July 2010",
                    detail="hrw-osce-ambassadors",
                ),
            ),
        ),
        Section(
            id="asks",
            heading="Asks and outcomes",
            entries=(
                Entry(
                    text=MISSION,
                    when="24 June deferred → 1 July deferred; next: Thu 8 July 2010",
                    detail="hrw-osce-ambassadors",
                ),
            ),
        ),
        Section(
            id="signatures",
            heading="Signatures",
            entries=(Entry(text="20 signatures", when="2 new", detail="icrtop-security-council"),),
        ),
        Section(
            id="files",
            heading="Files with errors",
            entries=(
                Entry(
                    text='campaigns/gcr2p-osce.toml:14: "meting" is not an anchor in this file',
                    detail="it keeps running on the version of Fri 9 July 2010",
                ),
            ),
        ),
    ),
    paste="# at the end of hrw-osce-ambassadors.toml\n"
    "[[log]]\n"
    "on      = 2010-07-12\n"
    'fact    = "outcome"\n'
    'ask     = "mission"\n'
    "meeting = 2010-07-08\n"
    'result  = "RESULT"',
    footer=YORK,
)

CORRECTION = MailContent(
    kind="correction",
    reader="New York desk",
    zone="New York",
    date="Wednesday 23 June 2010",
    subject="Moved: OSCE Permanent Council is on Friday 25 June, not Thursday 24 June",
    preheader="",
    headline="A date that you were given has changed.",
    groups=(
        Group(
            heading=f"OSCE Permanent Council, {FRIDAY}",
            place="Hofburg, Vienna",
            note="moved from Thu 24 June 2010",
            campaigns=(
                CampaignLines(
                    campaign="hrw-osce-ambassadors",
                    title=HRW,
                    lines=(
                        Line(
                            kind="correction",
                            tag="moved",
                            what=f"The meeting is on {FRIDAY}",
                            when="not on Thursday 24 June 2010, 10:00 Vienna (04:00 New York)",
                            why="forums/osce-permanent-council.toml: Ministerial week",
                            detail=TOLD,
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
    subject=f"New campaign: {HRW}",
    preheader="",
    headline="For your information; nothing is to be done this minute.",
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

SAMPLES = (REMINDER, DIGEST, CORRECTION, NOTICE)
