"""Templates that mean harm: each costs its own part only, soon, and learns nothing."""

import os
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.samples import ENVELOPE, REMINDER
from tracker.compose import Composer
from tracker.compose.cell import MOST_MEMORY, MOST_SECONDS

ROOT = Path(__file__).parents[1]
SHIPPED = ROOT / "templates"
CANARY = "canary-0624"

PYTHON = [
    "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "{{ ''['__class__'] }}",
    r"{{ ''['\x5f\x5fclass\x5f\x5f'] }}",
    "{{ '' | attr('__class__') }}",
    r"{{ () | attr('\x5f\x5fclass\x5f\x5f') | attr('__base__') }}",
    "{{ '{0.__class__.__init__.__globals__}'.format(reader) }}",
    "{{ '{a[__class__]}'.format_map({'a': reader}) }}",
    "{{ '%s' | format(reader.__class__) }}",
    "{{ '%(x)s' % {'x': reader.__class__} }}",
    "{{ self.__init__.__globals__.__builtins__ }}",
    "{{ self._TemplateReference__context.cycler.__init__.__globals__.os.environ }}",
    "{{ self._TemplateReference__context.environment.loader }}",
    "{{ lipsum.__globals__['os'].environ }}",
    "{{ cycler.__init__.__globals__.os.popen('env').read() }}",
    "{{ joiner.__init__.__globals__.os }}",
    "{{ namespace.__init__.__globals__.os }}",
    "{{ namespace(a=1).a }}",
    "{{ dict(a=1) }}",
    "{{ url_for.__globals__.current_app.config }}",
    "{{ request.application.__globals__.__builtins__ }}",
    "{{ config.items() }}",
    "{% macro m() %}{% endmacro %}{{ m.__init__.__globals__ }}",
    "{% macro m() %}{% endmacro %}{{ m._func.__globals__ }}",
    "{% macro m() %}{{ caller.__globals__ }}{% endmacro %}{% call m() %}{% endcall %}",
    "{% for a in groups %}{{ loop.__init__.__globals__ }}{% endfor %}",
    "{% for a in groups %}{{ loop._iterator.__reduce__() }}{% endfor %}",
    "{{ groups | map(attribute='__class__') | list }}",
    "{{ groups | selectattr('__class__') | list }}",
    "{{ groups | join(',', '__class__') }}",
    "{{ groups | sort(attribute='__class__') }}",
    "{% set x = ''.__class__ %}{{ x }}",
    "{% filter upper %}{{ ''.__class__ }}{% endfilter %}",
    "{% import 'parts.txt' as p %}{{ p.__dict__ }}",
    "{% import 'parts.txt' as p %}{{ p._body_stream }}",
    "{% from 'parts.txt' import __name__ %}{{ __name__ }}",
    "{{ groups.append.__self__ }}",
    "{{ groups.clear() }}",
    "{{ groups[0].pop('heading') }}",
    "{{ (1).__class__.__base__ }}",
    "{{ none.__class__ }}",
]
FILES = [
    "{% include '../secret.txt' %}",
    "{% include '..' ~ '/secret.txt' %}",
    "{% include ['nothing.txt', '../secret.txt', '/etc/passwd'] %}",
    "{% include '../secret.txt' ignore missing %}",
    "{% include 'linked.txt' %}",
    "{% include 'linked.txt' ignore missing %}",
    "{% include 'folder/secret.txt' %}",
    "{% import '/proc/self/environ' as e %}{{ e }}",
    "{% extends '../secret.txt' %}",
    "{% include 'pipe.txt' %}",
    r"{% include '..\\secret.txt' %}",
    "{% include '%2e%2e/secret.txt' %}",
]
GREEDY = """
import resource, sys
from pathlib import Path
from tests.samples import REMINDER
from tracker.compose import Composer
composer = Composer(Path(sys.argv[1]), Path(sys.argv[2]))
for template in sys.argv[3:]:
    (composer.folder / "reminder.txt").write_text(template)
    composer.render(REMINDER)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024)
"""
MUCH = [
    "{{ 'x' | center(10**9) }}",
    "{{ 'x'.ljust(10**9) }}",
    "{{ 'x' * 10**9 }}",
    "{{ [1] * 10**9 }}",
    "{{ '%999999999d' % 1 }}",
    "{{ 7 ** 10 ** 7 }}",
    "{{ 'x' | indent(10**9) }}",
    "{{ range(10**9) | list }}",
    "{% for i in range(10**9) %}{% endfor %}",
    "{% for a in footer %}" * 6 + "{% endfor %}" * 6,
    "{% set a = footer %}" + "{% set a = a ~ a %}" * 40 + "{{ a | length }}",
    "{% set a = footer %}" + "{% set a = a + a %}" * 40 + "{{ a | length }}",
    "{% set a = groups %}" + "{% set a = a + a %}" * 40 + "{{ a | length }}",
    "{% set a = footer %}" + "{% set a = [a, a] | join %}" * 40 + "{{ a | length }}",
    "{% set n = 9 %}" + "{% set n = n * n %}" * 40 + "{{ n > 1 }}",
    "{% set a = 'x' %}" + "{% set a = a ~ a %}" * 30 + "{{ a | wrapped(a, a) | length }}",
    "{% set a = footer %}" + "{% set a = a ~ a %}" * 18 + "{{ footer | underlined(a) }}",
    "{% macro m(x) %}{{ m(x ~ x) }}{% endmacro %}{{ m(footer) }}",
    "{% macro m() %}{{ m() }}{{ m() }}{% endmacro %}{{ m() }}",
    "{% block a %}{{ self.a() }}{% endblock %}",
    "{% for a in footer %}{% for b in footer %}{{ footer }}{% endfor %}{% endfor %}",
    "{% set all %}" + "{% for a in footer %}" * 5 + "x" + "{% endfor %}" * 5 + "{% endset %}",
    "{% include 'reminder.txt' %}",
    "{% extends 'reminder.txt' %}",
    "{% import 'reminder.txt' as r %}{{ r }}",
    "{{ " + "(" * 20_000 + "1" + ")" * 20_000 + " }}",
    "{{ " + "[" * 20_000 + "]" * 20_000 + " }}",
    "{{ 1" + "+1" * 20_000 + " }}",
    "{{ " + "not " * 15_000 + "1 }}",
    "{{ a" + ".b" * 20_000 + " }}",
    "{{ 1" + "|e" * 20_000 + " }}",
    "{% if 1 %}" * 3_000 + "{% endif %}" * 3_000,
    "{% for a in groups %}" * 30 + "{% endfor %}" * 30,
    "{% if 0 %}" + "{% elif 0 %}" * 5_000 + "{% endif %}",
]
HOSTILE = [*PYTHON, *FILES, *MUCH]
HTML = [
    "<style>" + "p {color: #123456; margin: 1px}" * 1_500 + "</style>"
    "{% for a in footer %}{% for b in footer %}<p>{% endfor %}{% endfor %}",
    "{% for a in footer %}" * 2 + "<div>" + "{% endfor %}" * 2,
    "<style>" + "div:not(:not(:not(p))) div div div div {color: red}" * 900 + "</style>"
    "{% for a in footer %}{% for b in footer %}<div>{% endfor %}{% endfor %}",
    "{% for a in footer %}{% for b in footer %}<table><tr><td><b>{% endfor %}{% endfor %}",
    '<link rel="stylesheet" href="file:///etc/passwd">{{ nothing }}',
    "<style>@import url(file:///etc/passwd);</style>{{ nothing }}",
]


@pytest.fixture(scope="module")
def composer(tmp_path_factory: pytest.TempPathFactory) -> Composer:
    folder = tmp_path_factory.mktemp("hostile") / "templates"
    (folder.parent / "secret.txt").write_text(CANARY)
    return Composer(folder, SHIPPED)


@pytest.fixture
def own(composer: Composer, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("TRACKER_CANARY", CANARY)
    folder = composer.folder
    folder.mkdir()
    (folder / "linked.txt").symlink_to(folder.parent / "secret.txt")
    (folder / "folder").symlink_to(folder.parent, target_is_directory=True)
    os.mkfifo(folder / "pipe.txt")
    yield folder
    shutil.rmtree(folder)


def seconds_of_computing(composer: Composer) -> float:
    """Return what this process, the program and all that were ended before have used."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    process = composer.renderer._apart._process
    if process is None or process.returncode is not None:
        ticks = 0
    else:
        ticks = sum(map(int, Path(f"/proc/{process.pid}/stat").read_text().split()[13:15]))
    return sum(one.ru_utime + one.ru_stime for one in used) + ticks / os.sysconf("SC_CLK_TCK")


def named(templates: list[str]) -> list[object]:
    return [
        pytest.param(one, id=f"{number}: {one[:40]!a}") for number, one in enumerate(templates)
    ]


@pytest.mark.parametrize("template", named(HOSTILE))
def test_a_hostile_text_leaves_the_plain_mail(composer: Composer, own: Path, template: str):
    (own / "reminder.txt").write_text(template)
    before = seconds_of_computing(composer)

    composed = composer.compose(REMINDER, ENVELOPE)

    assert seconds_of_computing(composer) - before < MOST_SECONDS + 1
    assert len(composed.problems) == 1, composed.problems
    assert composed.problems[0].file.endswith(".txt")
    assert CANARY not in str(composed.problems)
    assert CANARY.encode() not in composed.raw
    rendered = composer.render(REMINDER)
    assert REMINDER.headline in rendered.text
    assert REMINDER.footer.split()[0] in rendered.text
    assert rendered.html == Composer(SHIPPED).render(REMINDER).html


@pytest.mark.parametrize("template", named(HTML))
def test_hostile_html_leaves_a_mail_of_text(composer: Composer, own: Path, template: str):
    (own / "reminder.html").write_text(template)
    before = seconds_of_computing(composer)

    rendered = composer.render(REMINDER)

    assert seconds_of_computing(composer) - before < MOST_SECONDS + 1
    assert "root:" not in rendered.html
    assert rendered.text == Composer(SHIPPED).render(REMINDER).text


def test_they_are_at_least_sixty():
    assert len({*HOSTILE, *HTML}) >= 60


def test_no_program_that_rendered_them_took_more_memory_than_it_may(own: Path):
    """Ask a process of its own, whose only children they are, how much the largest of them had."""
    asked = subprocess.run(  # noqa: S603 -- our own program
        [sys.executable, "-c", GREEDY, str(own), str(SHIPPED), MUCH[9], MUCH[10]],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
        timeout=60,
        check=True,
    )

    assert 1024 * 1024 < int(asked.stdout) <= MOST_MEMORY


def test_a_template_that_ran_out_of_time_is_not_tried_until_it_changes(
    composer: Composer, own: Path
):
    (own / "reminder.txt").write_text(MUCH[9])
    first = composer.render(REMINDER)
    before = seconds_of_computing(composer)
    second = composer.render(REMINDER)
    spared = seconds_of_computing(composer) - before
    (own / "reminder.txt").write_text("Dear {{ reader }}\n")

    assert "takes more than 1 second" in first.problems[0].message
    assert second.problems == first.problems
    assert spared < MOST_SECONDS / 2
    assert composer.render(REMINDER).text == "Dear Vienna desk\n"


def test_the_program_ends_with_the_composer(own: Path, composer: Composer):
    (own / "reminder.txt").write_text("Dear {{ reader }}\n")
    ending = Composer(own, SHIPPED)
    ending.render(REMINDER)
    process = ending.renderer._apart._process
    assert process is not None
    assert process.poll() is None
    del ending

    assert process.wait(timeout=10) is not None


def test_a_program_that_was_killed_is_started_again(own: Path, composer: Composer):
    (own / "reminder.txt").write_text("Dear {{ reader }}\n")
    composer.render(REMINDER)
    process = composer.renderer._apart._process
    assert process is not None
    process.kill()
    process.wait()

    assert composer.render(REMINDER).text == "Dear Vienna desk\n"


def test_copies_of_the_shipped_templates_need_no_program(own: Path, composer: Composer):
    shutil.rmtree(own)
    shutil.copytree(SHIPPED, own)
    copied = Composer(own, SHIPPED)

    assert copied.render(REMINDER) == Composer(SHIPPED).render(REMINDER)
    assert copied.renderer._apart._process is None


def test_where_no_program_can_be_started_the_plain_mail_leaves(
    own: Path, composer: Composer, monkeypatch: pytest.MonkeyPatch
):
    (own / "reminder.txt").write_text("Dear {{ reader }}\n")
    monkeypatch.setattr("sys.executable", "/nowhere/python")

    rendered = Composer(own, SHIPPED).render(REMINDER)

    assert REMINDER.headline in rendered.text
    assert rendered.html == ""
    assert {one.message for one in rendered.problems} == {
        "cannot be rendered: No such file or directory"
    }


TEMPLATE_IN_A_TEXT = [
    "{{ 7 * 7 }}",
    "{% include '../secret.txt' %}",
    "{{ self.__init__ }}",
    "{# gone #}",
    "${7*7}",
    "<%= 7*7 %>",
    "{% raw %}",
    "{{",
    "%}",
]


@pytest.mark.parametrize("apart", [False, True])
@pytest.mark.parametrize("text", TEMPLATE_IN_A_TEXT)
def test_a_template_that_somebody_typed_into_a_campaign_is_only_text(
    composer: Composer, own: Path, text: str, *, apart: bool
):
    if apart:
        (own / "extra.txt").write_text("x")
    else:
        shutil.rmtree(own)
        own.mkdir()
    content = replace(REMINDER, headline=f"before {text} after")

    rendered = composer.render(content)

    assert f"before {text} after" in " ".join(rendered.text.split())
    assert "49" not in rendered.text
    assert rendered.problems == ()


def test_a_good_template_costs_little_more_apart(own: Path, composer: Composer):
    (own / "extra.txt").write_text("x")
    composer.render(REMINDER)
    before = time.process_time()
    for _ in range(20):
        composer.render(REMINDER)

    assert (time.process_time() - before) / 20 < 0.05
