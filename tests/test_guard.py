"""Edits that would send or cancel far more than usual wait until a person confirms them."""

import re
from pathlib import Path

import pytest

from tests.builders import CONFIG, COUNCIL, at
from tests.folders import LETTER, OTHER, a_home
from tests.test_files_words import NOON, Post
from tracker.app.guarding import accept, held_edits
from tracker.errors import QuestionError
from tracker.loading.world import read_world
from tracker.store import Store

BOTH = LETTER.replace('["vienna"]', '["vienna", "new-york"]')


def steps(count: int, due: str = "1 working day before meeting") -> str:
    return "".join(
        f'\n[[deadline]]\nid = "step-{n}"\nwhat = "Step {n}"\ndue = "{due} at 1{n % 10}:00"\n'
        for n in range(count)
    )


MANY = BOTH.replace("2010-06-24", "2010-07-01") + steps(8)
FEW = BOTH.replace("2010-06-24", "2010-07-01") + steps(1)
LONG = FEW.split("\n[[deadline]]")[0].replace("workdays", 'playbook = "long"\nworkdays')
SKIPS = "".join(f'\n[[deadline]]\nid = "step-{n}"\nskip = true\n' for n in range(1, 8))
LOGGED = '\n[[log]]\non = 2010-06-22\nfact = "outcome"\nask = "mission"\nresult = "met"\n'


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return a_home(tmp_path)


async def a_desk(home: Path, letter: str) -> Post:
    desk = Post(home, NOON)
    desk.write("letter", letter)
    await desk.turn()
    await desk.pass_to(at("2010-06-22 12:11"))
    desk.sent.clear()
    return desk


async def saved(desk: Post, name: str, text: str) -> None:
    desk.write(name, text)
    await desk.later(6)


def pending(desk: Post) -> int:
    return desk.states("letter")["queued"]


def digests(home: Path, store: Store) -> dict[tuple[str, str], str]:
    files = read_world(home / "config.toml").files
    return {(file.kind, file.id): file.digest for file in files}


async def confirm(desk: Post, home: Path, file_id: str) -> None:
    accept(desk.store, file_id, there=digests(home, desk.store), now=desk.clock.at)
    await desk.later(6)


async def test_an_edit_that_cancels_most_of_a_campaign_is_held_and_shown(home: Path):
    desk = await a_desk(home, MANY)
    before = pending(desk)

    await saved(desk, "letter", FEW)

    assert pending(desk) == before, "the last good version stays in force"
    assert {to for to, _ in desk.post()} == {"vienna@example.org", "new-york@example.org"}
    text = " ".join(desk.text().split())
    assert "it would cancel 30 of the 37 lines planned for letter" in text
    assert re.search(r"^    tracker accept letter@[0-9a-f]+$", desk.text(), re.MULTILINE)
    assert "Deadline step-1" in text or "step-1" in text


async def test_a_held_edit_comes_in_force_once_it_is_confirmed(home: Path):
    desk = await a_desk(home, MANY)
    before = pending(desk)
    await saved(desk, "letter", FEW)

    await confirm(desk, home, "letter")

    assert pending(desk) < before / 2
    assert held_edits(desk.store) == {}
    desk.sent.clear()
    await desk.later(120)
    assert [subject for _, subject in desk.post() if "Confirm" in subject] == []


async def test_a_held_edit_stays_held_across_a_restart(home: Path):
    desk = await a_desk(home, MANY)
    before = pending(desk)
    await saved(desk, "letter", FEW)

    again = Post(home, desk.clock.at, desk.store)
    await again.turn()
    await again.later(6)

    assert pending(again) == before
    assert again.post() == [], "nobody is asked twice"


async def test_an_edit_made_while_the_tracker_was_down_is_held_too(home: Path):
    desk = await a_desk(home, MANY)
    before = pending(desk)

    desk.write("letter", FEW)
    again = Post(home, desk.clock.at, desk.store)
    await again.turn()

    assert pending(again) == before
    assert held_edits(again.store).keys() == {("campaign", "letter")}


async def test_a_newer_save_asks_anew_and_only_what_was_shown_last_can_be_confirmed(home: Path):
    desk = await a_desk(home, MANY)
    await saved(desk, "letter", FEW)
    [(_, first)] = held_edits(desk.store).items()
    newer = FEW.replace("Step 0", "Another step")

    await saved(desk, "letter", newer)

    [(_, second)] = held_edits(desk.store).items()
    assert first != second
    with pytest.raises(QuestionError, match="saved again since"):
        await confirm(desk, home, f"letter@{first[:8]}")
    with pytest.raises(QuestionError, match="saved again since"):
        await confirm(desk, home, "letter")
    await confirm(desk, home, f"letter@{second[:8]}")
    assert held_edits(desk.store) == {}


async def test_a_version_that_nobody_was_shown_is_answered_with_the_one_that_was(home: Path):
    desk = await a_desk(home, MANY)
    await saved(desk, "letter", FEW)
    [(_, shown)] = held_edits(desk.store).items()

    with pytest.raises(QuestionError) as refused:
        await confirm(desk, home, "letter@00000000")

    said = str(refused.value)
    assert said.startswith(
        "campaigns/letter.toml has no version 00000000 that was shown: held is"
        f" letter@{shown[:8]} (it would cancel "
    )
    assert said.endswith(f"Confirm that with `tracker accept letter@{shown[:8]}`.")


async def test_a_save_after_the_last_look_cannot_be_confirmed_unseen(home: Path):
    desk = await a_desk(home, MANY)
    await saved(desk, "letter", FEW)

    desk.write("letter", FEW.replace("Step 0", "Something else"))

    with pytest.raises(QuestionError, match="saved again since"):
        accept(desk.store, "letter", there=digests(home, desk.store), now=desk.clock.at)


async def test_undoing_the_edit_lets_go_of_it(home: Path):
    desk = await a_desk(home, MANY)
    before = pending(desk)
    await saved(desk, "letter", FEW)

    await saved(desk, "letter", MANY)

    assert held_edits(desk.store) == {}
    assert pending(desk) == before


async def test_an_edit_that_sends_one_person_more_than_twenty_lines_at_once_is_held(home: Path):
    desk = await a_desk(home, LETTER.replace("06-24", "07-15") + steps(22, "1 July 2010"))
    await desk.pass_to(at("2010-07-01 07:00"))
    desk.sent.clear()

    await saved(desk, "letter", LETTER.replace("06-24", "07-15") + steps(22, "2 July 2010"))

    assert held_edits(desk.store).keys() == {("campaign", "letter")}
    assert "at once" in " ".join(desk.text().split())


async def test_a_session_that_moves_is_not_held(home: Path):
    desk = await a_desk(home, MANY)

    moved = COUNCIL + 'moved = [{ from = 2010-07-01, to = "2010-07-02 at 10:00" }]\n'
    (home / "campaigns" / "forums" / "council.toml").write_text(moved)
    await desk.later(6)

    assert held_edits(desk.store) == {}


async def test_a_recess_over_all_that_is_planned_is_held_at_the_forum(home: Path):
    every = MANY.replace("date = 2010-07-01", 'sessions = "every"')
    (home / "campaigns" / "other.toml").unlink()  # it names a session by its date
    desk = await a_desk(home, every)

    (home / "campaigns" / "forums" / "council.toml").write_text(
        COUNCIL.replace("30 July 2010", "25 June 2010").replace("1 September 2010", "1 June 2012")
    )
    await desk.later(6)

    assert held_edits(desk.store).keys() == {("forum", "council")}
    await confirm(desk, home, "forums/council")
    assert held_edits(desk.store) == {}


@pytest.mark.parametrize(
    "edit",
    [
        pytest.param(lambda text: text + LOGGED, id="a fact that settles everything"),
        pytest.param(lambda text: f"closed = 2010-06-22\n{text}", id="closed"),
        pytest.param(lambda text: f'paused = "22 June 2010 to 1 July 2010"\n{text}', id="pause"),
        pytest.param(lambda text: text + SKIPS, id="skip"),
    ],
)
async def test_facts_closing_pausing_and_skipping_never_count(home: Path, edit):
    (home / "campaigns" / "playbooks" / "long.toml").write_text('name = "Long"\n' + steps(8))
    desk = await a_desk(home, LONG)

    await saved(desk, "letter", edit(LONG))

    assert held_edits(desk.store) == {}
    assert desk.store.last_good()["campaign", "letter"] == edit(LONG)


async def test_a_campaigns_own_dates_for_a_step_that_is_skipped_from_now_on_never_count(
    home: Path,
):
    (home / "campaigns" / "playbooks" / "long.toml").write_text('name = "Long"\n' + steps(8))
    desk = await a_desk(home, LONG + steps(8, "20 September 2010"))  # far from the playbook's

    await saved(desk, "letter", LONG + SKIPS)

    assert held_edits(desk.store) == {}
    assert desk.store.last_good()["campaign", "letter"] == LONG + SKIPS


async def test_what_a_step_that_is_skipped_no_more_sends_at_once_never_counts(home: Path):
    letter = LETTER.replace("06-24", "07-15").replace("workdays", 'playbook = "long"\nworkdays')
    long = 'name = "Long"\n' + steps(22, "1 July 2010")
    (home / "campaigns" / "playbooks" / "long.toml").write_text(long)
    skips = "".join(f'\n[[deadline]]\nid = "step-{n}"\nskip = true\n' for n in range(22))
    desk = await a_desk(home, letter)  # they are known from the first day on
    await saved(desk, "letter", letter + skips)
    await desk.pass_to(at("2010-07-01 07:00"))

    await saved(desk, "letter", letter + steps(22, "2 July 2010"))

    assert held_edits(desk.store) == {}


async def test_a_new_campaign_is_never_held(home: Path):
    desk = await a_desk(home, LETTER)

    await saved(
        desk,
        "another",
        MANY + steps(20, "2 working days before meeting").replace('"step-', '"more-'),
    )

    assert held_edits(desk.store) == {}


async def test_a_save_cut_short_is_held_where_it_would_cancel_anything(home: Path):
    desk = await a_desk(home, FEW)
    before = pending(desk)

    await saved(desk, "letter", FEW.split("[[deadline]]")[0])

    assert held_edits(desk.store).keys() == {("campaign", "letter")}
    assert pending(desk) == before
    assert "only the beginning" in " ".join(desk.text().split())


async def test_a_cut_that_cancels_nothing_stands(home: Path):
    noted = FEW + '\n[[log]]\non = 2010-06-22\nfact = "note"\nnote = "rang"\n'
    desk = await a_desk(home, noted)

    await saved(desk, "letter", FEW)

    assert held_edits(desk.store) == {}


async def test_a_coordinator_taken_out_of_config_is_held_at_config(home: Path):
    desk = await a_desk(home, MANY)

    (home / "config.toml").write_text(CONFIG.replace("weekdays", "daily"))
    await desk.later(6)

    assert held_edits(desk.store) == {}


async def test_nothing_held_has_nothing_to_confirm(home: Path):
    desk = await a_desk(home, FEW)

    with pytest.raises(QuestionError, match="Nothing is held"):
        await confirm(desk, home, "letter")


async def test_follow_ups_that_an_edit_lets_begin_anew_count_among_what_it_sends(home: Path):
    asks = "".join(
        f'\n[[follow-up]]\nid = "ask-{n}"\nwhat = "Ask {n}"\nfor = "campaign"\ndue = 2010-06-23\n'
        for n in range(21)
    )
    desk = await a_desk(home, LETTER + asks)
    await desk.pass_to(at("2010-06-28 09:00"))  # they were asked on the 23rd
    desk.sent.clear()

    await saved(desk, "letter", LETTER + asks.replace("2010-06-23", "2010-06-27"))

    assert "it would send vienna 21 lines at once" in " ".join(desk.text().split())


async def test_dates_that_the_next_digest_corrects_are_not_sent_at_once(home: Path):
    desk = await a_desk(home, MANY)

    await saved(desk, "letter", FEW)

    assert "Cancelled: Step 1" in desk.text()
    assert "Sent at once" not in desk.text()


async def test_what_would_be_cancelled_is_dated_as_where_the_campaign_is(home: Path):
    desk = await a_desk(home, MANY.replace(" at 1", " at 0"))

    await saved(desk, "letter", FEW.replace(" at 1", " at 0"))

    # 01:00 in Vienna is 23:00 UTC of the day before.
    assert "* Cancelled: Step 1\n  Wed 30 June 2010" in desk.text()


async def test_the_first_file_in_a_shipped_ones_place_is_held_as_any_other_edit(home: Path):
    letter = BOTH.replace("2010-06-24", "2010-07-29")
    desk = await a_desk(home, letter.replace("workdays", 'playbook = "standard"\nworkdays'))
    before = pending(desk)

    await saved(desk, "playbooks/standard", 'name = "Ours, with no step yet"\n')

    assert pending(desk) == before
    assert ("playbook", "standard") in held_edits(desk.store)

    there = digests(home, desk.store)
    accept(desk.store, "playbooks/standard", there=there, now=desk.clock.at)
    await desk.later(8)

    assert held_edits(desk.store) == {}
    assert pending(desk) < before / 2


ASKING = (
    LETTER.replace("2010-06-24", "2010-07-08")
    + '\n[[deadline]]\nid = "draft"\nwhat = "Agree the text"\n'
    + 'due = "2 working days before meeting at 18:00"\n'
    + '\n[[follow-up]]\nid = "chase"\nwhat = "Ask Berlin"\n'
    + 'due = "1 day after meeting"\nrepeat = "every 7 days, 11 more times"\n'
)


def shown(desk: Post) -> list[str]:
    """Return what the last mail says that an edit would do, an entry each."""
    _, _, entries = desk.text().partition("What it would change:\n* ")
    return [" ".join(one.split()) for one in entries.partition("\n--\n")[0].split("\n* ")]


async def test_what_would_be_cancelled_stands_in_the_order_of_its_days_and_a_series_once(
    home: Path,
):
    desk = await a_desk(home, ASKING)

    await saved(desk, "letter", "\n".join(ASKING.splitlines()[:4]))

    last = "so far to Fri 24 September 2010"
    told = [one for one in shown(desk) if one.startswith("Cancelled")]
    assert told == [
        "Cancelled: Agree the text Tue 6 July 2010: 3 for vienna",
        "Cancelled: Permanent Council meets Thu 8 July 2010: 2 for vienna",
        f"Cancelled: Ask Berlin Fri 9 July 2010 and 11 more times, {last}: 12 for vienna",
    ]


async def test_what_is_left_out_of_what_would_be_cancelled_is_counted(home: Path):
    desk = await a_desk(home, BOTH.replace("2010-06-24", "2010-07-15") + steps(14, "7 July 2010"))

    await saved(desk, "letter", BOTH.replace("2010-06-24", "2010-07-15"))

    told = shown(desk)
    cancelled = [one for one in told if one.startswith("Cancelled: Step")]
    assert len(cancelled) == 12
    assert told[12:14] == [
        "and 2 more edits",
        cancelled[0],
    ]
    assert told[-1] == "and 12 more lines cancelled: see tracker plan --against campaigns"
    lines = sum(int(one.rpartition(": ")[2].split()[0]) for one in cancelled)
    assert f"it would cancel {lines + 12} of the" in " ".join(desk.text().split())


async def test_an_edit_of_what_campaigns_share_says_of_which_each_line_is(home: Path):
    (home / "campaigns" / "playbooks" / "long.toml").write_text('name = "Long"\n' + steps(8))
    (home / "campaigns" / "other.toml").write_text(
        OTHER.replace("workdays", 'playbook = "long"\nworkdays')
    )
    desk = await a_desk(home, LONG)

    await saved(desk, "playbooks/long", 'name = "Long"\n' + steps(1))

    assert "Cancelled: Step 1 [letter] Wed 30 June 2010: 4 for new-york, vienna" in shown(desk)
    assert "Cancelled: Step 1 [other] Wed 30 June 2010: 3 for vienna" in shown(desk)


async def test_the_subject_says_what_waits_and_how_much_it_would_change(home: Path):
    desk = await a_desk(home, MANY)

    await saved(desk, "letter", FEW)
    [first, *_] = [subject for _, subject in desk.post()]
    desk.write("observers-for-the-trial-in-the-south", MANY)
    await desk.later(700)
    desk.sent.clear()
    await saved(desk, "observers-for-the-trial-in-the-south", FEW)
    [second, *_] = [subject for _, subject in desk.post()]

    assert first == "Confirm an edit of letter.toml: it would cancel 30 of 37 lines"
    assert second == "Confirm an edit of observers-fo...: it would cancel 30 of 37 lines"


async def test_facts_that_a_confirmed_edit_takes_out_are_not_asked_about_again(home: Path):
    note = '\n[[log]]\non = 2010-06-22\nfact = "note"\nnote = "rang"\n'
    desk = await a_desk(home, MANY + note)
    await saved(desk, "letter", FEW)
    assert "Taken out of the log: note" in " ".join(desk.text().split())

    await confirm(desk, home, "letter")
    desk.sent.clear()
    await desk.later(120)

    assert "is anything missing?" not in "".join(desk.text(n) for n in range(len(desk.sent)))


async def test_facts_taken_out_are_shown_however_much_else_was_edited(home: Path):
    note = '\n[[log]]\non = 2010-06-22\nfact = "note"\nnote = "rang"\n'
    desk = await a_desk(
        home, BOTH.replace("2010-06-24", "2010-07-15") + steps(14, "7 July 2010") + note
    )

    await saved(desk, "letter", BOTH.replace("2010-06-24", "2010-07-15"))

    told = [one for one in shown(desk) if not one.startswith("Cancelled")]
    assert any(one.startswith("Taken out of the log: note") for one in told)
    assert "and 2 more edits" in told


async def test_facts_that_a_later_save_takes_out_are_asked_about(home: Path):
    note = '\n[[log]]\non = 2010-06-22\nfact = "note"\nnote = "rang"\n'
    desk = await a_desk(home, MANY + note)
    await saved(desk, "letter", FEW + note)
    await confirm(desk, home, "letter")
    desk.sent.clear()

    await saved(desk, "letter", FEW)
    await desk.later(120)

    assert "is anything missing?" in desk.text()
