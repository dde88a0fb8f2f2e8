"""A morning of 1,000 mails and ten that the mail server does not take: what they cost the others.

    python benchmarks/poisoned.py [GOOD]

All is real but the clock: mails are written, kept with an fsync and handed over to a server in a
process of its own on loopback. Prints the median delay of the good mails and that of the last one,
in seconds, with ten poisoned mails spread among them and at the very front.
"""

import asyncio
import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from subprocess import PIPE, Popen
from tempfile import TemporaryDirectory
from time import perf_counter

sys.path.insert(0, str(Path(__file__).parent.parent))

from corpus import ROOT
from mailing import EVENING, SENDER, at_morning, fill

from tracker.app.engine import Engine
from tracker.app.replay import SimulatedClock
from tracker.compose import Composer
from tracker.delivery import Outcome, open_transport
from tracker.store import MailRecord, Store

POISONED = 10
KINDS = ("hang at RCPT", "hang after the dot", "421 to RCPT")
PLACES = ("spread", "front")
GOOD_ANSWERS = {b"EHLO": b"250 ok", b"DATA": b"354 go on", b"QUIT": b"221 bye"}


async def morning(good: int, kind: str, place: str) -> list[float]:
    """Return when each good mail was taken, in seconds since the first one might have been."""
    names = [f"desk-{number:05}" for number in range(good)]
    if kind:
        every = good // POISONED
        names += [
            f"a-poison-{number}" if place == "front" else f"desk-{number * every:05}-poison"
            for number in range(POISONED)
        ]
    with TemporaryDirectory() as folder, _server(kind) as port:
        return await _sent(Path(folder), names, port)


async def _sent(home: Path, names: list[str], port: int) -> list[float]:
    fill(home, names)
    good = sum("poison" not in name for name in names)
    arrived = list[float]()
    transport = open_transport(f"smtp://127.0.0.1:{port}", base=home, secret=lambda: None)

    async def deliver(record: MailRecord, address: str) -> Outcome:
        answer = await transport.deliver(record.raw, sender=SENDER, recipient=address)
        if answer.state == "sent":
            arrived.append(perf_counter())
        return answer

    with Store.open("sqlite:///tracker.db", base=home) as store:
        clock = SimulatedClock(EVENING)
        composer = Composer(ROOT / "templates", None)
        engine = Engine(store, composer, deliver=deliver, clock=clock, replayed=False)
        ground, begun = at_morning(engine, home, clock), perf_counter()
        async with engine.sending.hands.until_ended():
            while len(arrived) < good:
                await engine.sending.send_due(ground)
            engine.sending.hands.stop(grace_seconds=0)
    return [at - begun for at in arrived]


@contextmanager
def _server(kind: str) -> Iterator[int]:
    server = Popen([sys.executable, __file__, "serve", kind], stdout=PIPE)
    assert server.stdout is not None
    try:
        yield int(server.stdout.readline())
    finally:
        server.kill()
        server.wait()
        server.stdout.close()


async def _serve(kind: str) -> None:
    """Take every mail, but not those to a poisoned reader."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        poisoned, text = False, False
        writer.write(b"220 ready\r\n")
        async for line in reader:
            if text and line != b".\r\n":
                continue
            word = b"." if text else line[:4].upper()
            poisoned = b"poison" in line if word == b"RCPT" else poisoned
            text = word == b"DATA"
            if poisoned and (word, kind) in {(b"RCPT", KINDS[0]), (b".", KINDS[1])}:
                await asyncio.sleep(3600)
            refused = poisoned and (word, kind) == (b"RCPT", KINDS[2])
            said = b"421 4.3.0 not this one" if refused else GOOD_ANSWERS.get(word, b"250 ok")
            writer.write(said + b"\r\n")
            if refused:
                break
        writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


def main() -> None:
    """Measure and print."""
    logging.disable()
    good = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    for kind, place in [("", ""), *((kind, place) for kind in KINDS for place in PLACES)]:
        taken = asyncio.run(morning(good, kind, place))
        print(f"{kind or 'none':20}{place:8}{median(taken):6.2f}{max(taken):7.2f}", flush=True)


if __name__ == "__main__":
    if sys.argv[1:2] == ["serve"]:
        asyncio.run(_serve(sys.argv[2]))
    else:
        main()
