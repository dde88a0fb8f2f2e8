"""The built-in text of a mail: no template, nothing left out."""

from collections.abc import Iterator

from tracker.compose.loader import wrapped
from tracker.content import CampaignLines, Entry, Group, Line, MailContent, Picture, Section


def plain(content: MailContent) -> str:
    """Say all of a mail's content in plain lines."""
    return "\n\n".join(block for block in _blocks(content) if block) + "\n"


def _blocks(content: MailContent) -> Iterator[str]:
    yield content.date
    yield wrapped(content.headline)
    yield wrapped(content.state)
    for group in content.groups:
        yield from _group(group)
    if content.picture:
        yield from _picture(content.picture)
    for section in content.sections:
        yield from _section(section)
    for notice in content.notices:
        yield wrapped(f"{notice.title} ({notice.campaign})")
        yield wrapped(notice.headline)
        yield notice.settle and f"    {notice.settle}"
        for section in notice.sections:
            yield from _section(section)
    if content.paste:
        yield wrapped("No shell? Paste this at the end of the campaign's file:")
        yield content.paste
    yield wrapped(content.footer)


def _picture(picture: Picture) -> Iterator[str]:
    """Say which days have something, each with its signs; a table takes a template."""
    yield wrapped(picture.heading)
    for week in picture.weeks:
        marked = (day.said for day in week.days if day.look)
        yield wrapped(", ".join(marked))
    yield wrapped(picture.legend)
    yield from (wrapped(note) for note in picture.notes)


def _group(group: Group) -> Iterator[str]:
    yield wrapped(". ".join(part for part in (group.heading, group.place, group.note) if part))
    for campaign in group.campaigns:
        yield from _campaign(campaign)


def _campaign(campaign: CampaignLines) -> Iterator[str]:
    yield wrapped(f"{campaign.title} ({campaign.campaign})")
    for line in campaign.lines:
        yield "\n".join(_line(line))


def _line(line: Line) -> Iterator[str]:
    yield wrapped(line.what, "  ", "* ")
    for said in (line.tag, line.when, line.late, line.detail, line.why):
        if said:
            yield wrapped(said, "  ")
    yield from (f"  {command}" for command in (line.settle, *line.others) if command)


def _section(section: Section) -> Iterator[str]:
    yield wrapped(section.heading)
    yield "\n".join(_entry(entry) for entry in section.entries)


def _entry(entry: Entry) -> str:
    said = [wrapped(entry.text, "  ", "* ")]
    said += [wrapped(part, "  ") for part in (entry.when, entry.detail) if part]
    said += [f"    {entry.settle}"] if entry.settle else []
    return "\n".join(said)
