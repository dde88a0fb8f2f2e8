"""A realistic notice of each kind but the accepted one, from the summer of 2010."""

from tests.sample_words import HRW, VIENNA
from tracker.content import Entry, MailContent, Notice, Section

FILE = "campaigns/hrw-osce-ambassadors.toml"


def notice(subject: str, headline: str, word: Notice) -> MailContent:
    """Return a mail that tells of one thing."""
    return MailContent(
        kind="notice",
        reader="Vienna desk",
        zone="Vienna",
        date="Wednesday 23 June 2010",
        subject=subject,
        preheader="",
        headline=headline,
        notices=(word,),
        footer=VIENNA,
    )


PROBLEM = notice(
    f"Mend {FILE}: 2 errors",
    f"Mend {FILE}: 2 errors.",
    Notice(
        item="problem",
        campaign="hrw-osce-ambassadors",
        title=FILE,
        headline="Mend the file and save it. Until then its version of Tuesday 22 June 2010, "
        "12:00 Vienna, stays in force, and nothing is cancelled.",
        sections=(
            Section(
                id="problem",
                heading="What is wrong",
                entries=(
                    Entry(
                        text='Line 14: "meting" is not an anchor in this file',
                        when='due = "2 working days before meting"',
                        detail='did you mean: "2 working days before meeting"',
                    ),
                    Entry(text="Line 31: `title` has no value", detail="write one"),
                ),
            ),
        ),
    ),
)

FIXED = notice(
    f"Mended: {FILE}",
    "For your information; there is nothing to do now.",
    Notice(
        item="fixed",
        campaign="hrw-osce-ambassadors",
        title=FILE,
        headline="The file is in force as it stands now.",
    ),
)

HELD = notice(
    f"Confirm or undo the edit of {FILE}",
    f"Confirm or undo the edit of {FILE}.",
    Notice(
        item="held",
        campaign="hrw-osce-ambassadors",
        title=FILE,
        headline="This edit waits for your word: it would cancel 14 of the 20 lines planned for "
        "hrw-osce-ambassadors. Until then the version before it stays in force. Undo it, or "
        "confirm it if it is meant:",
        settle="tracker accept hrw-osce-ambassadors@1f2e3d4c",
        sections=(
            Section(
                id="held",
                heading="What it would change",
                entries=(
                    Entry(text="The meeting of Thursday 24 June 2010 is taken out"),
                    Entry(
                        text=f"Cancelled: {HRW}",
                        when="Thu 24 June 2010: 14 for new-york, vienna",
                    ),
                ),
            ),
        ),
    ),
)

MISSING = notice(
    f"Put {FILE} back: the file is gone",
    f"Put {FILE} back: the file is gone.",
    Notice(
        item="missing",
        campaign="hrw-osce-ambassadors",
        title=FILE,
        headline="Put the file back. It has been gone since Tuesday 22 June 2010, 12:11 Vienna: "
        "nothing of this campaign leaves, and from Wednesday 23 June 2010, 12:11 Vienna, on it "
        "counts as closed. A file with the same text under a new name goes on as this campaign.",
    ),
)

RESTART = notice(
    "Down from Sat 19 June to Wed 23 June: 1 late, 1 expired",
    "For your information; there is nothing to do now.",
    Notice(
        item="restart",
        campaign="",
        title="The tracker was down",
        headline="Nothing left from Saturday 19 June 2010, 08:00 Vienna to Wednesday 23 June "
        "2010, 07:10 Vienna: 3 days. 1 line expired and will not be sent.",
        sections=(
            Section(
                id="late",
                heading="Late",
                entries=(
                    Entry(
                        text="Call the seven embassies that also sit on the Security Council",
                        when="was to leave Tuesday 22 June 2010, 08:00 Vienna",
                        detail="hrw-osce-ambassadors",
                    ),
                ),
            ),
            Section(
                id="expired",
                heading="Expired, not sent",
                entries=(
                    Entry(
                        text="Agree the final text of the letter",
                        when="was to leave Monday 21 June 2010, 08:00 Vienna",
                        detail="hrw-osce-ambassadors",
                    ),
                ),
            ),
        ),
    ),
)
