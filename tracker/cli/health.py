"""`tracker status --health`: one line for a machine that watches over the tracker."""

import json
from argparse import Namespace
from typing import Any

from tracker.app.health import Health, health_of
from tracker.app.holding.epoch import must_be_there
from tracker.app.replay import utc
from tracker.cli.reading import config_of
from tracker.config import Config
from tracker.errors import ConfigError
from tracker.store import Store
from tracker.store.engine import database_file, database_url
from tracker.store.looking import has_tables

NO_DATABASE = "no daemon has ever run: there is no database"


def run_health(args: Namespace) -> int:
    """Print `fine`, or what is wrong with the worst first; 0 or 1 for a monitoring program."""
    health = _health(args, config_of(args))
    trouble = (health,) if isinstance(health, str) else health.trouble
    if args.json:
        known = {} if isinstance(health, str) else _json(health)
        print(json.dumps({"fine": not trouble, "trouble": trouble, **known}, ensure_ascii=False))
    else:
        print("; ".join(trouble) or "fine")
    return 1 if trouble else 0


def _health(args: Namespace, config: Config) -> Health | str:
    """Look at the database; where there is none, say so, or that it is gone."""
    base = args.config.parent
    file = database_file(database_url(config.database), base=base)
    if file is not None and not has_tables(file):
        try:
            must_be_there(file)
        except ConfigError as gone:
            return str(gone)
        return NO_DATABASE
    with Store.open(config.database, base=base) as store:
        return health_of(store, config, now=args.clock(), running=store.has_daemon())


def _json(one: Health) -> dict[str, Any]:
    waiting = one.standing.waiting
    return {
        "at": utc(one.at),
        "running": one.running,
        "written_at": utc(one.turned_at) if one.turned_at else None,
        "overdue_since": utc(one.overdue) if one.overdue else None,
        "waiting_mail": waiting.id if waiting else None,
        "mails": dict(one.standing.mails),
        "failed": list(one.standing.failed),
        "holds": [{"cause": hold.cause, "since": utc(hold.since)} for hold in one.holds],
        "files": list(one.files),
    }
