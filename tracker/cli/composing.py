"""The composer that config.toml asks for: the organisation's templates, else the shipped ones."""

from argparse import Namespace

from tracker.campaign import World
from tracker.compose import Composer
from tracker.loading import shipped_templates


def composer_of(args: Namespace, world: World) -> Composer:
    """Make the composer; `templates` is relative to config.toml."""
    return Composer(args.config.parent / world.config.templates, shipped_templates())
