"""Sample mails, full and bare, that show whether every template works."""

from collections.abc import Iterator
from pathlib import Path

from msgspec.structs import replace

from tracker.compose.message import Composer
from tracker.compose.parts import BrokenTemplate
from tracker.compose.render import KINDS, NOTICES
from tracker.content import (
    CampaignLines,
    Entry,
    Group,
    Line,
    MailContent,
    Notice,
    Picture,
    PictureDay,
    PictureWeek,
    Section,
)


def template_problems(composer: Composer) -> list[tuple[str, int, str]]:
    """Return what is wrong with the templates: file, line and what it is.

    Each kind is rendered with all that a mail can hold and with as little as it can; other
    templates in the organisation's folder are compiled.
    """
    found: dict[BrokenTemplate, None] = {}
    for kind in KINDS:
        for content in (_full(kind), _bare(kind)):
            found.update(dict.fromkeys(composer.render(content).problems))
    for name in _own(composer.folder):
        problem = composer.renderer.problem(name)
        if problem is not None:
            found[problem] = None
    return sorted((one.file, one.line, one.message) for one in found)


def sample(kind: str, *, subject: str) -> MailContent:
    """Return a mail with as little in it as there can be."""
    return replace(_bare(kind), subject=subject)


def _own(folder: Path) -> Iterator[str]:
    if folder.is_dir():
        for path in sorted(folder.iterdir()):
            if path.suffix in {".html", ".txt"}:
                yield path.name


def _bare(kind: str) -> MailContent:
    return MailContent(
        kind=kind,
        reader="Vienna desk",
        zone="Vienna",
        date="Wednesday 23 June 2010",
        subject="Tomorrow 10:00 Permanent Council",
        preheader="",
        headline="Nothing is to be done today.",
    )


def _full(kind: str) -> MailContent:
    entries = (
        Entry(text="Permanent Council meets", when="Thursday", detail="HRW", settle="tracker log"),
        Entry(text="A", bars=(50, 100)),
    )
    section = Section(id="ahead", heading="The next 14 days", entries=entries)
    return MailContent(
        kind=kind,
        reader="Vienna desk",
        zone="Vienna",
        date="Wednesday 23 June 2010",
        subject="Tomorrow 10:00 Permanent Council: 1 thing to do",
        preheader="Call the embassies",
        headline="Tomorrow 10:00 Permanent Council. 1 thing to do.",
        groups=(_group(),),
        notices=tuple(_notice(item, section) for item in NOTICES),
        state="1 campaign, 1 open ask.",
        picture=_picture(),
        sections=(section,),
        paste='[[log]]\non = 2010-06-23\nfact = "done"',
        footer="You get this because config.toml names you.",
    )


def _notice(item: str, section: Section) -> Notice:
    return Notice(
        item=item,
        campaign="hrw-osce-ambassadors",
        title="Deploy a mission",
        headline="The tracker now follows this campaign.",
        settle="tracker accept hrw-osce-ambassadors@1f2e3d4c",
        sections=(section,),
    )


def _picture() -> Picture:
    days = (PictureDay(said="[14]"), PictureDay(said="15 M", look="marked"))
    return Picture(
        heading="This week",
        weekdays=("Mon", "Tue"),
        weeks=(PictureWeek(month="Jul", days=days),),
        legend="M meeting",
        notes=("The last session before the recess is Thursday 29 July 2010.",),
    )


def _group() -> Group:
    full = Line(
        kind="reminder",
        tag="due today",
        what="Call the embassies",
        when="by Wednesday 23 June 2010, 12:00 Vienna",
        why="1 working day before Thursday 24 June 2010",
        settle="tracker log hrw-osce-ambassadors reply --target germany",
        others=("tracker log hrw-osce-ambassadors reply --target france",),
        late="this line leaves 2 hours late",
        detail="Still silent: Germany",
    )
    bare = Line(kind="follow-up", tag="", what="Ask Berlin", when="", why="")
    return Group(
        heading="Permanent Council, Thursday 24 June 2010, 10:00 Vienna",
        place="Hofburg, Vienna",
        note="second session on this ask",
        campaigns=(
            CampaignLines(
                campaign="hrw-osce-ambassadors", title="Deploy a mission", lines=(full, bare)
            ),
        ),
    )
