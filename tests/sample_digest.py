"""A realistic digest, with all that one can hold, from the summer of 2010."""

from tests.sample_words import HRW, MISSION, SIGN_ON, SILENT, YORK
from tracker.content import (
    CampaignLines,
    Entry,
    Group,
    Line,
    MailContent,
    Picture,
    PictureDay,
    PictureWeek,
    Section,
)

JULY = 31


def week(month: str, monday: int, signs: dict[int, str], *, today: int = 0) -> PictureWeek:
    """Return a row of July's picture; the days of August count on."""
    return PictureWeek(
        month=month,
        days=tuple(
            _day(number, signs.get(number, ""), today) for number in range(monday, monday + 7)
        ),
    )


def _day(number: int, signs: str, today: int) -> PictureDay:
    said = str(number if number <= JULY else number - JULY)
    said = f"[{said}]" if number == today else said
    if not signs:
        return PictureDay(said=said)
    return PictureDay(said=f"{said} {signs}", look="pause" if signs == "r" else "marked")


DIGEST = MailContent(
    kind="digest",
    reader="New York desk",
    zone="New York",
    date="Monday 12 July 2010",
    subject="Thu 15 July OSCE Permanent Council: 2 things to do",
    preheader="4 campaigns, 7 open asks, 1 overdue.",
    headline="Thu 15 July 10:00 Vienna OSCE Permanent Council. 2 things to do, first: Log the "
    "outcome: what became of the mission?",
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
                            detail="RESULT is met, partly-met, deferred, not-met, "
                            "adopted-not-implemented or superseded",
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
    picture=Picture(
        heading="The next 3 weeks",
        weekdays=("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
        weeks=(
            week("Jul", 12, {14: "D", 15: "M", 16: "M"}, today=12),
            week("", 19, {22: "MD"}),
            week("", 26, {30: "r", 31: "r", 32: "r"}),
        ),
        legend="M meeting (OSCE Permanent Council), D deadline, r recess",
        notes=(
            "OSCE Permanent Council: last session before the recess is Thursday 29 July 2010.",
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
                    settle="tracker log gcr2p-osce readout --meeting 2010-07-08",
                ),
            ),
        ),
        Section(
            id="ahead",
            heading="The next 14 days",
            entries=(
                Entry(
                    text="OSCE Permanent Council meets",
                    when="Thursday 15 July 2010, 10:00 Vienna (04:00 New York): 2 letters",
                    detail="gcr2p-osce; hrw-osce-ambassadors (third session on this ask: no "
                    "decision at the 2 before)",
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
            id="together",
            heading="Two letters, one target",
            entries=(
                Entry(
                    text="Kairat Abdrakhmanov (Kazakhstan): call once for both",
                    when="gcr2p-osce on Wednesday 14 July 2010; hrw-osce-ambassadors on "
                    "Thursday 15 July 2010",
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
                    when="12 days silent, asked once",
                    detail="gcr2p-osce",
                ),
            ),
        ),
        Section(
            id="targets",
            heading="Targets by stance",
            entries=(
                Entry(
                    text="1 supportive, 1 undecided, 6 unknown",
                    when="supportive 0 to 1, undecided 2 to 1; Delegation of Austria undecided "
                    "to supportive",
                    detail="hrw-osce-ambassadors",
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
                    when="deferred Thu 24 June 2010 and Thu 1 July 2010; no outcome of Thu 8 July "
                    "2010 yet",
                    detail="hrw-osce-ambassadors",
                ),
            ),
        ),
        Section(
            id="signatures",
            heading="Signatures",
            entries=(
                Entry(
                    text="20 signatures",
                    when="2 new, Fri 18 June 2010 to Fri 9 July 2010",
                    detail="icrtop-security-council",
                    bars=(5, 40, 60, 90, 90, 100),
                ),
            ),
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
