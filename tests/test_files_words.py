"""Word about files: who hears what of a broken, mended, vanished or renamed file, and when."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path

import pytest

from tests.builders import CONFIG, COUNCIL, at
from tests.folders import LETTER, OTHER, a_home
from tests.test_daemon import Desk

NOON = at("2010-06-22 10:00")
SECONDS = timedelta(seconds=1)
BROKEN = LETTER.replace("2010-06-24", '"Fryday 25 June"')


class Post(Desk):
    """A daemon with its post: each mail as (address, subject)."""

    def post(self) -> list[tuple[str, str]]:
        return [(to, record.subject) for to, record in self.sent]

    def text(self, number: int = -1) -> str:
        mail = message_from_bytes(self.sent[number][1].raw, policy=policy.default)
        part = mail.get_body(("plain",))
        assert part is not None
        content: str = part.get_content()
        return content.replace("\r\n", "\n")

    async def later(self, seconds: float) -> None:
        """Let time pass in looks of two seconds."""
        until = self.clock.at + timedelta(seconds=seconds)
        while self.clock.at < until:
            self.clock.at = min(self.clock.at + 2 * SECONDS, until)
            await self.daemon.turn()

    async def pass_to(self, moment: datetime) -> None:
        """Turn at each moment that the bell is set to, until another one."""
        while (armed := self.bell.armed) is not None and armed <= moment:
            self.clock.at = max(self.clock.at, armed)
            await self.daemon.turn()
        self.clock.at = moment
        await self.daemon.turn()

    def states(self, campaign: str) -> Counter[str]:
        mine = self.store.lines(campaign=campaign)
        return Counter(one.state for one in mine if not one.occurrence.key.startswith("file:"))


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return a_home(tmp_path)


async def a_quiet_desk(home: Path, now: datetime = NOON) -> Post:
    """Return a desk whose accepted notices have left."""
    desk = Post(home, now)
    await desk.turn()
    await desk.pass_to(now + timedelta(minutes=11))
    desk.sent.clear()
    return desk


async def test_what_is_to_mend_stands_before_the_plan_of_a_new_campaign(home: Path):
    desk = Post(home, NOON)
    await desk.turn()
    desk.write("letter", BROKEN)
    await desk.later(8)

    desk.clock.at = NOON + timedelta(minutes=11)
    await desk.later(8)

    plan, fault = "The tracker follows this campaign", "Mend the file and save it"
    assert 0 < desk.text().find(fault) < desk.text().find(plan)


async def test_a_broken_file_is_told_after_half_a_minute_to_its_coordinators(home: Path):
    desk = await a_quiet_desk(home)
    desk.write("letter", BROKEN)

    await desk.later(28)
    young = desk.post()
    await desk.later(10)

    assert young == []
    [(to, subject)] = desk.post()
    assert to == "vienna@example.org"
    assert subject.startswith("Mend ")
    text = desk.text()
    assert "letter.toml" in text
    assert "Line 12:" in text
    assert "stays in force" in text
    assert 'date = "Fryday 25 June"' in text


async def test_a_fault_that_goes_within_half_a_minute_is_never_told(home: Path):
    desk = await a_quiet_desk(home)
    desk.write("letter", BROKEN)
    await desk.later(10)
    desk.write("letter", LETTER)

    await desk.later(120)

    assert desk.post() == []


async def test_one_distinct_fault_is_told_once_wherever_in_the_file_it_moves(home: Path):
    desk = await a_quiet_desk(home)
    desk.write("letter", BROKEN)
    await desk.later(60)
    desk.write("letter", f"# a note\n\n{BROKEN}")
    await desk.later(60)
    desk.store.close()

    again = Post(home, desk.clock.at)
    await again.later(60)

    assert len(desk.post()) == 1
    assert again.post() == []


async def test_mended_is_told_to_those_who_were_told_and_made_again_is_told_again(home: Path):
    desk = await a_quiet_desk(home)
    desk.write("letter", BROKEN)
    await desk.later(60)
    desk.write("letter", LETTER)
    await desk.later(10)
    desk.write("letter", BROKEN)
    await desk.later(60)

    assert [subject.split()[0] for _, subject in desk.post()] == ["Mend", "Mended:", "Mend"]
    assert {to for to, _ in desk.post()} == {"vienna@example.org"}


async def test_who_was_not_told_this_time_hears_nothing_of_its_end(home: Path):
    desk = await a_quiet_desk(home)
    for seconds in (60, 10):
        desk.write("letter", BROKEN)
        await desk.later(seconds)
        desk.write("letter", LETTER)
        await desk.later(60)

    assert [subject.split()[0] for _, subject in desk.post()] == ["Mend", "Mended:"]


async def test_a_second_fault_is_told_by_itself(home: Path):
    desk = await a_quiet_desk(home)
    desk.write("letter", BROKEN)
    await desk.later(60)
    desk.write("letter", BROKEN + 'sesions = "every"\n')
    await desk.later(60)

    assert len(desk.post()) == 2
    assert "sesions" in desk.text()
    assert "Fryday" not in desk.text()


async def test_a_new_broken_file_is_told_to_all(home: Path):
    desk = await a_quiet_desk(home)
    desk.write("new", "title = \n")

    await desk.later(60)

    assert {to for to, _ in desk.post()} == {"vienna@example.org", "new-york@example.org"}
    assert all(subject.endswith("it is not in force") for _, subject in desk.post())
    assert "nothing is planned from it" in desk.text()


async def test_a_new_broken_file_that_is_taken_away_again_is_done_with(home: Path):
    desk = await a_quiet_desk(home)
    desk.write("new", "title = \n")
    await desk.later(60)
    (home / "campaigns" / "new.toml").unlink()

    await desk.later(60)

    assert [subject.split()[0] for _, subject in desk.post()] == ["Mend"] * 2 + ["Gone:"] * 2


async def test_nobody_is_woken_for_a_file(home: Path):
    night = at("2010-06-23 00:30")  # 02:30 in Vienna
    desk = await a_quiet_desk(home, night - timedelta(hours=2))
    await desk.pass_to(night)
    desk.sent.clear()
    desk.write("letter", BROKEN)

    await desk.later(120)
    at_night = desk.post()
    await desk.pass_to(at("2010-06-23 06:00"))

    assert at_night == []
    assert "letter.toml" in desk.text(0)


async def test_a_file_that_is_gone_for_a_moment_is_nothing(home: Path):
    desk = await a_quiet_desk(home)
    (home / "campaigns" / "letter.toml").unlink()
    await desk.later(20)
    desk.write("letter", LETTER)
    await desk.later(120)

    assert desk.post() == []
    assert "cancelled" not in desk.states("letter")


async def test_a_missing_file_is_as_paused_for_a_day_and_goes_on_when_it_is_back(home: Path):
    desk = await a_quiet_desk(home)
    before = desk.states("letter")
    (home / "campaigns" / "letter.toml").unlink()
    await desk.later(60)
    told = desk.post()
    # In this day a reminder of the meeting falls due, on the 23rd at 06:00 UTC.
    await desk.pass_to(NOON + timedelta(hours=23))
    letters = [record for _, record in desk.sent if any("letter/" in key for key in record.keys)]
    meanwhile = desk.states("letter")
    desk.write("letter", LETTER)
    await desk.later(60)

    assert [subject.split()[0] for _, subject in told] == ["Put"]
    assert not [key for one in letters for key in one.keys if key.startswith("letter/")]
    assert meanwhile["cancelled"] == 0
    assert meanwhile["queued"] >= before["queued"]
    reminded = [key for _, one in desk.sent for key in one.keys if key.startswith("letter/")]
    assert len([key for key in reminded if "1-working-day-before" in key]) == 1
    assert len(reminded) == len(set(reminded))


async def test_a_missing_campaign_corrects_nothing_until_its_file_is_back(home: Path):
    desk = await a_quiet_desk(home)
    await desk.pass_to(at("2010-06-23 06:01"))  # the first reminder has left
    letter = home / "campaigns" / "letter.toml"
    letter.unlink()
    await desk.later(10)
    moved = 'moved = [{ from = 2010-06-24, to = "2010-06-25 at 09:00" }]\n'
    desk.write("forums/council", COUNCIL + moved)
    await desk.later(10)
    await desk.pass_to(at("2010-06-23 12:00"))
    during = [record.kind for _, record in desk.sent]
    desk.write("letter", LETTER)
    await desk.later(20)
    await desk.pass_to(at("2010-06-23 13:00"))

    assert "correction" not in during
    assert [record.kind for _, record in desk.sent].count("correction") == 1


async def test_a_missing_file_counts_as_closed_after_a_day_also_across_a_restart(home: Path):
    desk = await a_quiet_desk(home)
    (home / "campaigns" / "letter.toml").unlink()
    await desk.later(60)
    desk.store.close()

    again = Post(home, NOON + timedelta(hours=20))
    await again.turn()
    kept = again.campaigns
    await again.pass_to(NOON + timedelta(hours=25))

    assert kept == {"letter", "other"}
    assert again.campaigns == {"other"}
    assert again.states("letter")["queued"] == 0
    assert again.states("letter")["cancelled"] > 0
    again.store.close()
    once_more = Post(home, NOON + timedelta(hours=30))
    assert once_more.campaigns == {"other"}


async def test_a_file_back_after_days_is_no_new_campaign(home: Path):
    desk = await a_quiet_desk(home)
    (home / "campaigns" / "other.toml").unlink()
    await desk.later(60)
    await desk.pass_to(NOON + timedelta(hours=30))
    desk.sent.clear()
    desk.write("other", OTHER)
    await desk.later(60)
    await desk.pass_to(desk.clock.at + timedelta(minutes=30))

    assert "other" in desk.campaigns
    assert not [subject for _, subject in desk.post() if subject.startswith("Now tracked")]
    assert desk.states("other")["queued"] > 0


@pytest.mark.parametrize("how", ["moved", "copied first", "gone for a while"])
async def test_the_same_text_under_a_new_name_is_the_same_campaign(home: Path, how: str):
    desk = await a_quiet_desk(home)
    await desk.pass_to(at("2010-06-23 06:01"))  # the first reminder has left
    sent = {key for _, one in desk.sent for key in one.keys}
    old, new = home / "campaigns" / "letter.toml", home / "campaigns" / "mission.toml"
    if how == "copied first":
        new.write_text(LETTER)
        await desk.later(10)
    if how == "gone for a while":
        old.unlink()
        await desk.later(120)
        new.write_text(LETTER)
    elif new.exists():
        old.unlink()
    else:
        old.rename(new)
    await desk.later(20)
    await desk.pass_to(at("2010-06-24 05:00"))

    again = {key for _, one in desk.sent for key in one.keys if key.startswith("mission/")}
    assert any(key.startswith("letter/meeting/council/2010-06-24/1-working-day") for key in sent)
    assert desk.campaigns == {"mission", "other"}
    told_before = {key.replace("letter/", "mission/") for key in sent}
    assert not again & told_before
    assert not [subject for _, subject in desk.post() if subject.startswith("Now tracked")]
    assert desk.states("letter")["queued"] == 0
    first = desk.store.journal(campaign="mission", kinds={"seen"})
    assert min(one.at for one in first) == NOON


async def test_a_new_letter_under_the_old_name_is_a_new_campaign(home: Path):
    desk = await a_quiet_desk(home)
    (home / "campaigns" / "letter.toml").rename(home / "campaigns" / "mission.toml")
    await desk.later(20)
    desk.write("letter", LETTER.replace("a mission", "an envoy"))
    await desk.later(700)

    assert [subject for _, subject in desk.post()] == ["Now tracked: Send an envoy"]


async def test_a_lost_fact_is_told_with_the_lines_to_paste_and_an_edited_one_is_not(home: Path):
    fact = '\n[[log]]\non = 2010-06-22\nfact = "delivered"\nby = "us"\n'
    (home / "campaigns" / "letter.toml").write_text(LETTER + fact)
    desk = await a_quiet_desk(home)
    desk.write("letter", LETTER + fact.replace("06-22", "06-21"))
    await desk.later(60)
    edited = desk.post()
    desk.write("letter", LETTER)
    await desk.later(60)
    lost = desk.text()
    desk.write("letter", LETTER + fact)
    await desk.later(60)

    assert edited == []
    assert "delivered" in lost
    assert '[[log]]\non   = 2010-06-21\nfact = "delivered"\nby   = "us"' in lost
    assert [subject.split()[0] for _, subject in desk.post()] == ["Look", "Mended:"]


async def test_a_fact_that_stood_twice_and_stands_once_is_not_lost(home: Path):
    fact = '\n[[log]]\non = 2010-06-22\nfact = "delivered"\n'
    (home / "campaigns" / "letter.toml").write_text(LETTER + fact + fact)
    desk = await a_quiet_desk(home)

    desk.write("letter", LETTER + fact)
    await desk.later(60)

    assert desk.post() == []


async def test_a_broken_config_is_told_to_all_and_the_old_one_stays(home: Path):
    desk = await a_quiet_desk(home)
    (home / "config.toml").write_text(CONFIG.replace("[[coordinator]]", "[coordinator]", 1))

    await desk.later(60)

    assert len(desk.post()) == 2
    assert desk.campaigns == {"letter", "other"}


async def test_words_about_files_read_like_this(home: Path, golden: Callable[[str, str], None]):
    fact = '\n[[log]]\non = 2010-06-22\nfact = "delivered"\n'
    desk = await a_quiet_desk(home)
    desk.write("letter", BROKEN + fact)
    desk.write("new", "title = \n")
    (home / "campaigns" / "other.toml").unlink()
    await desk.later(60)
    desk.write("letter", LETTER + fact)
    desk.write("other", OTHER)
    await desk.later(60)
    desk.write("letter", LETTER)
    await desk.later(60)

    mine = [number for number, (to, _) in enumerate(desk.post()) if to.startswith("vienna")]
    told = [f"Subject: {desk.post()[number][1]}\n\n{desk.text(number)}" for number in mine]
    golden("words/files.txt", f"\n{'~' * 72}\n".join(told))


async def test_an_emptied_folder_is_told_once_though_some_of_its_campaigns_have_been_gone_longer(
    home: Path,
):
    desk = await a_quiet_desk(home)
    (home / "campaigns" / "letter.toml").unlink()
    await desk.later(4)
    await desk.pass_to(NOON + timedelta(hours=6))
    (home / "campaigns" / "other.toml").unlink()
    await desk.later(60)
    await desk.pass_to(NOON + timedelta(days=2))  # by now the first counts as closed
    desk.write("forums/council", COUNCIL + "# edited\n")

    await desk.later(60)

    subjects = [subject for to, subject in desk.post() if to == "vienna@example.org"]
    assert sum(subject.startswith("Look at campaigns") for subject in subjects) == 1


async def test_a_file_that_is_back_after_days_and_broken_stands_as_it_last_was(home: Path):
    desk = await a_quiet_desk(home)
    (home / "campaigns" / "letter.toml").unlink()
    await desk.later(4)
    await desk.pass_to(NOON + timedelta(days=1, hours=1))
    closed = desk.campaigns
    desk.write("letter", BROKEN)
    await desk.later(60)
    back = desk.campaigns
    desk.write("forums/council", COUNCIL + "# edited\n")
    await desk.later(4)

    assert closed == {"other"}
    assert back == {"letter", "other"}
    assert desk.campaigns == {"letter", "other"}


PERMANENT = LETTER.replace('"council"', '"osce-permanent-council"').replace(
    "workdays", 'playbook = "standard"\nworkdays'
)


@pytest.mark.parametrize(
    ("file", "name"), [("playbooks", "standard"), ("forums", "osce-permanent-council")]
)
async def test_a_faulty_copy_of_a_shipped_file_puts_no_campaign_out_of_force(
    home: Path, file: str, name: str
):
    (home / "campaigns" / "letter.toml").write_text(PERMANENT)
    desk = await a_quiet_desk(home)
    queued = desk.states("letter")
    (home / "campaigns" / file / f"{name}.toml").write_text('nmae = "A copy"\n')

    await desk.later(40)

    assert desk.states("letter") == queued
    ((_, subject),) = desk.post()
    assert subject == f"Mend campaigns/{file}/{name}.toml"
    assert "the one that comes with the tracker stays in force" in " ".join(desk.text().split())

    desk.store.close()
    again = Post(home, desk.clock.at)
    await again.turn()
    assert again.states("letter") == queued


TODAY = '\n[[deadline]]\nid = "draft"\nwhat = "Agree the text"\ndue = 2010-06-22\n'
BY_NEW_YORK = TODAY.replace("due =", 'who = ["new-york"]\ndue =')


async def a_new_campaign(home: Path, letter: str, now: datetime) -> str:
    """Return the accepted notice of one campaign that is new."""
    (home / "campaigns" / "other.toml").unlink()
    desk = Post(home, now)
    desk.write("letter", letter)
    await desk.turn()
    await desk.pass_to(now + timedelta(minutes=11))
    return desk.text(0)


@pytest.mark.parametrize("now", ["2010-06-21 23:30", "2010-06-22 10:00"], ids=["night", "noon"])
async def test_what_is_due_before_tomorrow_morning_comes_first_in_an_accepted_notice(
    home: Path, now: str
):
    text = await a_new_campaign(home, LETTER + TODAY, at(now))

    assert "Before tomorrow morning: Agree the text." in text
    assert "nothing to do" not in text
    _, _, soon = text.partition("Before tomorrow morning:\n")
    assert soon.startswith("* Agree the text\n  Tuesday 22 June 2010, 18:00 Vienna\n")
    assert "* Agree the text\n" not in text.partition("The plan:")[2], "nothing stands twice"


async def test_what_others_have_to_do_today_asks_nothing_of_who_is_told_of_a_campaign(home: Path):
    both = LETTER.replace('["vienna"]', '["vienna", "new-york"]')

    text = await a_new_campaign(home, both + BY_NEW_YORK, NOON)

    assert "there is nothing to do now" in text
    assert "Before tomorrow morning:\n* Agree the text\n" in text


def squeezed(text: str) -> str:
    return " ".join(text.split())


async def test_a_fault_stands_once_in_a_digest_that_is_the_first_to_tell_it(home: Path):
    desk = await a_quiet_desk(home, at("2010-06-20 10:00"))
    await desk.pass_to(at("2010-06-21 05:59"))  # a Monday, just before the digest
    desk.write("letter", BROKEN)
    await desk.later(8)
    desk.sent.clear()

    desk.clock.at = at("2010-06-21 06:00")
    await desk.daemon.turn()

    [(_, record)] = desk.sent
    assert record.kind == "digest"
    assert desk.text().count("Fryday 25 June") == 1
    assert "Files with errors" not in desk.text()
    assert "Mend campaigns/letter.toml." in squeezed(desk.text())


async def test_the_first_lines_of_a_digest_say_that_a_file_has_errors(home: Path):
    desk = await a_quiet_desk(home, at("2010-06-20 10:00"))
    desk.write("letter", BROKEN)
    await desk.later(60)
    desk.sent.clear()

    await desk.pass_to(at("2010-06-21 06:01"))

    text = squeezed(desk.text(0))
    assert "Monday 21 June 2010 1 file has errors: letter.toml." in text
    assert text.count("Files with errors") == 1


async def test_the_first_lines_of_a_digest_with_things_to_do_say_that_a_file_has_errors(
    home: Path,
):
    desk = await a_quiet_desk(home, at("2010-06-22 10:00"))
    desk.write("other", BROKEN)
    await desk.later(60)
    desk.sent.clear()

    await desk.pass_to(at("2010-06-23 06:01"))

    text = squeezed(desk.text(0))
    assert "Permanent Council. 1 file has errors: other.toml." in text


LONG_NAME = "observers-for-the-trial-in-the-south"


async def test_a_long_name_of_a_file_takes_nothing_off_what_a_subject_says_of_it(home: Path):
    desk = Post(home, NOON)
    letter = LETTER.replace("Send a mission", "Send observers")
    logged = '\n[[log]]\non = 2010-06-22\nfact = "note"\n'
    desk.write(LONG_NAME, letter + logged)
    await desk.turn()
    await desk.pass_to(NOON + timedelta(minutes=11))
    desk.sent.clear()

    desk.write(LONG_NAME, letter)
    await desk.later(60)
    (home / "campaigns" / f"{LONG_NAME}.toml").unlink()
    await desk.later(60)

    assert [subject for _, subject in desk.post()] == [
        "Look at observers-for-the-trial-in-the...: a fact is gone from it",
        "Put observers-for-the-trial-in-the-south... back: the file is gone",
    ]
