"""The files that come with the tracker: the facts of 2010, and ladders that can be lived with."""

import re
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from pathlib import Path

import pytest

from tracker.app.replay import run as replayed
from tracker.campaign import Campaign, Playbook, World
from tracker.compose import Composer
from tracker.dates import show_day, zone
from tracker.events import course, frame, read_facts
from tracker.loading.world import Reading, read_world
from tracker.sessions import next_regular, sessions_between
from tracker.when import When, fixed_day
from tracker.workdays import calendar

ROOT = Path(__file__).parent.parent
FILES = sorted([ROOT / "config.toml", *(ROOT / "campaigns").rglob("*.toml")])
CAMPAIGNS = (
    "gcr2p-open-statement",
    "gcr2p-osce",
    "hrw-osce-ambassadors",
    "icrtop-security-council",
    "traub-foreign-policy",
)
PLAYBOOKS = ("rapid-response", "standard")
COUNCIL, SECURITY_COUNCIL = "osce-permanent-council", "un-security-council"
SIGNATORIES = {
    "Citizens for Global Solutions": "Washington",
    "East Africa Law Society": "Arusha",
    "Genocide Alert": "Köln",
    "Global Action to Prevent War": "New York",
    "Global Centre for the Responsibility to Protect": "New York",
    "The Henry Jackson Society": "London",
    "Human Rights Watch": "New York",
    "International Crisis Group": "Brussels",
    "International Refugee Rights Initiative": "Kampala",
    "Kyrgyz Committee for Human Rights": "Bishkek",
    "Montreal Institute for Genocide and Human Rights Studies": "Montreal",
    "OMUNGA": "Lobito",
    "Pan African Lawyers' Union": "Addis Ababa",
    "Society for Threatened Peoples International": "Göttingen",
    "United Nations Association of Sweden": "Stockholm",
    "United Nations Association of the United Kingdom": "London",
    "West Africa Civil Society Institute": "Accra",
    "World Federalist Movement-Institute for Global Policy": "The Hague",
    "World Federation of United Nations Associations": "Geneva",
    "Zentrum für Politische Schönheit": "Berlin",
}
LAST_FACT = date(2010, 11, 18)


@lru_cache(maxsize=1)
def reading() -> Reading:
    return read_world(ROOT / "config.toml", now=datetime(2010, 12, 1, tzinfo=UTC))


def world() -> World:
    found = reading().world
    assert found is not None
    return found


def campaign(name: str) -> Campaign:
    return world().campaigns[name]


def day(phrase: When | None, name: str) -> date:
    assert phrase is not None
    return fixed_day(phrase, frame(name, world()).opened)


def results(name: str, ask: str) -> list[tuple[date, str]]:
    facts = read_facts(frame(name, world()))
    return [(fact.on, str(fact.result)) for fact in facts if fact.ask == ask and fact.result]


def test_every_shipped_file_is_in_force():
    assert reading().not_in_force == ()
    assert [one for one in reading().problems if one.severity == "error"] == []


def test_the_shipped_files_have_the_names_that_others_rely_on():
    assert set(world().campaigns) == set(CAMPAIGNS)
    assert set(world().forums) == {COUNCIL, SECURITY_COUNCIL}
    assert set(world().playbooks) == set(PLAYBOOKS)
    assert set(world().workdays) == {"vienna", "un-new-york"}
    assert [(one.id, one.digest) for one in world().config.coordinator] == [
        ("vienna", "weekdays"),
        ("new-york", "weekly"),
    ]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.relative_to(ROOT).as_posix())
def test_no_address_stands_anywhere_but_those_of_the_example_desks(file):
    text = file.read_text(encoding="utf-8")
    addresses = re.findall(r"[^\s\"<>]*@[^\s\"<>]*", text)

    assert [one for one in addresses if not one.endswith("@example.org")] == []
    assert file.name == "config.toml" or not addresses


@pytest.mark.parametrize("name", CAMPAIGNS)
def test_no_target_has_an_address(name):
    assert [one.id for one in campaign(name).target if one.address] == []


def test_twenty_organisations_signed_the_letter_to_the_security_council():
    signed = campaign("icrtop-security-council").signatory

    assert [one.name for one in signed] == list(SIGNATORIES)
    assert all(SIGNATORIES[one.name] in (one.place or "") for one in signed)
    assert [one.name for one in signed if one.signed] == []


@pytest.mark.parametrize(
    ("name", "kind", "opened", "dated"),
    [
        ("gcr2p-open-statement", "statement", "Tuesday 15 June 2010", "Tuesday 15 June 2010"),
        ("gcr2p-osce", "open letter", "Wednesday 30 June 2010", "Wednesday 30 June 2010"),
        ("hrw-osce-ambassadors", "letter", "Tuesday 22 June 2010", "Tuesday 22 June 2010"),
        (
            "icrtop-security-council",
            "sign-on letter",
            "Friday 18 June 2010",
            "Wednesday 23 June 2010",
        ),
        ("traub-foreign-policy", "article", "Tuesday 22 June 2010", "Tuesday 22 June 2010"),
    ],
)
def test_each_text_has_its_kind_and_dates(name, kind, opened, dated):
    home = frame(name, world())

    assert campaign(name).kind == kind
    assert show_day(home.opened) == opened
    assert show_day(home.dated) == dated


def test_the_council_meets_on_the_thursdays_of_summer_and_not_in_august():
    council = world().forums[COUNCIL]
    summer = sessions_between(COUNCIL, council, date(2010, 6, 10), date(2010, 9, 9))

    days = [f"{one.day:%-d %b}{'' if one.time_known else ' ?'}" for one in summer]
    assert days == [
        *("10 Jun", "14 Jun ?", "15 Jun ?", "17 Jun", "24 Jun"),
        *("1 Jul", "8 Jul", "15 Jul", "22 Jul", "29 Jul", "2 Sep", "9 Sep"),
    ]
    regular = [one for one in summer if one.kind == "regular"]
    assert {one.start.astimezone(UTC).hour for one in regular} == {8}
    after_july = next_regular(COUNCIL, council, date(2010, 7, 29))
    assert after_july is not None
    assert after_july.day == date(2010, 9, 2)


def test_the_security_council_has_no_weekly_session_and_no_known_hours():
    forum = world().forums[SECURITY_COUNCIL]
    found = sessions_between(SECURITY_COUNCIL, forum, date(2010, 1, 1), date(2011, 1, 1))

    assert [one.day for one in found] == [
        date(2010, 6, 14),
        date(2010, 6, 24),
        date(2010, 8, 5),
    ]
    assert not any(one.time_known for one in found)
    assert next_regular(SECURITY_COUNCIL, forum, date(2010, 6, 24)) is None


@pytest.mark.parametrize(
    ("calendar_name", "count", "expected"),
    [
        ("un-new-york", 1, date(2010, 6, 24)),
        ("un-new-york", 7, date(2010, 7, 2)),
        ("un-new-york", 8, date(2010, 7, 6)),
        ("un-new-york", 10, date(2010, 7, 8)),
        ("vienna", 8, date(2010, 7, 5)),
        ("vienna", 10, date(2010, 7, 7)),
    ],
)
def test_working_days_after_the_letter_of_23_june(calendar_name, count, expected):
    days = calendar(world().workdays[calendar_name])

    assert days.step(date(2010, 6, 23), count).day == expected


def test_days_off_are_those_of_vienna_and_of_the_united_nations():
    vienna, united_nations = (
        calendar(world().workdays[name]) for name in ("vienna", "un-new-york")
    )

    assert vienna.why_not(date(2010, 6, 3)) == "Corpus Christi"
    assert not vienna.is_working(date(2010, 8, 8))
    assert not united_nations.is_working(date(2010, 7, 5))
    assert not united_nations.is_working(date(2010, 9, 10))
    assert united_nations.is_working(date(2010, 10, 11)), "Columbus Day is no day of the UN"
    assert united_nations.is_working(date(2010, 11, 11)), "Veterans Day is no day of the UN"


@pytest.mark.parametrize("name", CAMPAIGNS)
def test_the_log_runs_forward_from_the_opening_to_november_2010(name):
    logged = [day(fact.on, name) for fact in campaign(name).log]

    assert logged == sorted(logged)
    assert all(frame(name, world()).opened <= one <= LAST_FACT for one in logged)
    assert day(campaign(name).closed, name) == LAST_FACT + timedelta(days=1)


def test_the_mission_was_put_off_four_times_half_granted_never_deployed_and_replaced():
    assert results("hrw-osce-ambassadors", "mission") == [
        (date(2010, 6, 24), "deferred"),
        (date(2010, 7, 1), "deferred"),
        (date(2010, 7, 8), "deferred"),
        (date(2010, 7, 15), "deferred"),
        (date(2010, 7, 22), "partly met"),
        (date(2010, 9, 7), "adopted not implemented"),
        (date(2010, 11, 18), "superseded"),
    ]
    assert (date(2010, 7, 22) - date(2010, 6, 24)).days == 28
    assert (date(2010, 11, 18) - date(2010, 7, 22)).days == 119


@pytest.mark.parametrize(
    ("name", "ask", "last"),
    [
        ("hrw-osce-ambassadors", "delay-referendum", (date(2010, 6, 27), "not met")),
        ("hrw-osce-ambassadors", "investigation", (date(2010, 7, 16), "partly met")),
        ("gcr2p-osce", "armed-police", (date(2010, 7, 22), "not met")),
        ("gcr2p-osce", "investigation", (date(2010, 7, 16), "partly met")),
        ("icrtop-security-council", "policing-mission", (date(2010, 8, 5), "not met")),
        ("gcr2p-open-statement", "two-phase-operation", (date(2010, 8, 5), "not met")),
    ],
)
def test_each_ask_ends_as_the_history_has_it(name, ask, last):
    assert results(name, ask)[-1] == last


def test_what_was_never_checked_has_no_outcome():
    assert results("icrtop-security-council", "name-r2p") == []


@pytest.mark.parametrize(
    ("name", "sessions"),
    [
        ("hrw-osce-ambassadors", ["24 Jun", "1 Jul", "8 Jul", "15 Jul", "22 Jul"]),
        ("gcr2p-osce", ["1 Jul", "8 Jul", "15 Jul", "22 Jul"]),
        ("icrtop-security-council", ["24 Jun"]),
        ("gcr2p-open-statement", []),
        ("traub-foreign-policy", []),
    ],
)
def test_deferrals_lead_from_session_to_session_up_to_22_july(name, sessions):
    facts = read_facts(frame(name, world()))
    whole = course(name, world(), facts, now=datetime(2010, 12, 1, tzinfo=UTC))

    assert [f"{one.day:%-d %b}" for one in whole.meetings] == sessions


@pytest.mark.parametrize(
    ("name", "delivered"),
    [
        ("gcr2p-open-statement", date(2010, 6, 15)),
        ("gcr2p-osce", date(2010, 6, 30)),
        ("hrw-osce-ambassadors", date(2010, 6, 22)),
        ("icrtop-security-council", date(2010, 6, 23)),
    ],
)
def test_each_letter_was_delivered_on_a_known_day_at_no_known_hour(name, delivered):
    facts = [fact for fact in read_facts(frame(name, world())) if fact.kind == "delivered"]

    assert [(fact.on, fact.exact) for fact in facts] == [(delivered, False)]


def test_stances_go_no_further_than_the_texts():
    said = {
        (name, target.id): target.stance
        for name in CAMPAIGNS
        for target in campaign(name).target
        if target.stance not in {"unknown", "undecided"}
    }

    assert said == {
        ("gcr2p-open-statement", "russia"): "opposed",
        ("gcr2p-open-statement", "csto"): "opposed",
    }


def test_the_seven_states_on_both_bodies_are_called():
    states = {one.state for one in campaign("hrw-osce-ambassadors").target}

    assert states == {
        *("Austria", "Bosnia and Herzegovina", "France", "Russia", "Turkey"),
        *("United Kingdom", "United States", "Kazakhstan"),
    }


def test_the_article_asks_nobody_in_session():
    article = campaign("traub-foreign-policy")

    assert (article.ask, article.meeting, article.playbook) == ((), (), None)


@lru_cache(maxsize=1)
def mails() -> list[tuple[str, datetime]]:
    """Replay the year and return whose morning each mail came on, in the reader's own time."""
    sent = replayed(
        world(),
        (),
        Composer(ROOT / "templates", None),
        end=datetime(2010, 12, 7, tzinfo=UTC),
    )
    zones = {one.id: zone(one.timezone) for one in world().config.coordinator}
    return [
        (one.record.coordinator, one.at.astimezone(zones[one.record.coordinator])) for one in sent
    ]


def test_no_desk_gets_two_mails_on_one_morning_or_one_at_night():
    mornings = [(desk, at.date()) for desk, at in mails()]

    assert mornings
    assert len(mornings) == len(set(mornings))
    assert {f"{at:%H:%M}" for _, at in mails()} == {"08:00"}


def test_the_files_are_silent_once_their_campaigns_are_closed():
    last = max(at.date() for _, at in mails())

    # The digest that tells of the closing is the last; after it only the sign of life on Mondays.
    assert all(at.weekday() == 0 for _, at in mails() if at.date() > date(2010, 11, 26))
    assert last == date(2010, 12, 6)


def test_a_quiet_desk_hears_once_a_week():
    """Weeks with a session bring more; once nothing but following up is left, little comes."""
    per_week = Counter(
        (desk, at.isocalendar().week) for desk, at in mails() if at.date() >= date(2010, 8, 16)
    )

    assert max(per_week.values()) <= 3


def playbook(name: str) -> Playbook:
    return world().playbooks[name]


@pytest.mark.parametrize("name", PLAYBOOKS)
def test_a_playbook_ends_by_asking_whether_it_was_carried_out(name):
    last = playbook(name).follow_up[-1]

    assert last.id == "carried-out"
    assert (str(last.due), str(last.repeat), last.until) == (
        "14 days after decision",
        "every 14 days",
        "settled",
    )


@pytest.mark.parametrize("name", PLAYBOOKS)
def test_a_deferral_does_not_ask_to_draft_again(name):
    scopes = {step.id: step.for_ for step in playbook(name).deadline}

    assert {scopes["draft"], scopes["sign-on"], scopes["deliver"]} == {"campaign"}


@pytest.mark.parametrize("name", PLAYBOOKS)
def test_nothing_in_a_playbook_leaves_at_an_hour_of_its_own(name):
    shared = playbook(name)
    leads = [
        *(shared.meeting.remind or ()),
        *(x for one in shared.deadline for x in one.remind or ()),
    ]

    assert [str(lead) for lead in leads if lead.clock] == []
    assert [step.id for step in shared.follow_up if step.due and step.due.clock] == []


@pytest.mark.parametrize("name", PLAYBOOKS)
def test_a_playbook_names_no_person(name):
    shared = playbook(name)

    assert [one.id for one in (*shared.deadline, *shared.follow_up) if one.who] == []
    assert [one.id for one in shared.follow_up if one.escalate] == []
