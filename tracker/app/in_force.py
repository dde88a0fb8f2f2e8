"""The files in force, with what follows from them alone."""

from collections.abc import Collection, Mapping

from msgspec import Struct
from msgspec.structs import replace

from tracker.app.lazily import Lazily
from tracker.app.remembering import Facts, facts_of, facts_within, frames_of
from tracker.app.with_edits import with_edits
from tracker.campaign import World
from tracker.errors import Problem
from tracker.events import Frame, frame
from tracker.planning.steps import steps_of


class InForce(Struct, frozen=True):
    """The files in force, what is wrong with others, and each campaign's frame, facts and steps.

    Nothing in it is changed: an edit makes another one, so that going back is keeping the old.
    """

    world: World
    problems: tuple[Problem, ...]
    frames: Mapping[str, Frame]
    facts: Facts
    steps: Mapping[str, tuple[str, ...]]

    @classmethod
    def of(cls, world: World, problems: tuple[Problem, ...] = ()) -> "InForce":
        """Work out what follows from these files."""
        frames = frames_of(world)
        steps = {one: _steps(home, world) for one, home in frames.items()}
        return cls(world, problems, frames, facts_of(frames), steps)

    @classmethod
    def late(cls, world: World, problems: tuple[Problem, ...] = ()) -> "InForce":
        """Let what follows from these files be worked out when it is asked for."""
        names = world.campaigns  # as they are: a copy of ten thousand costs half a millisecond
        frames = Lazily(names, lambda one: frame(one, world))
        facts = Lazily(names, lambda one: facts_within(one, frames[one]))
        steps = Lazily(names, lambda one: _steps(frames[one], world))
        return cls(world, problems, frames, facts, steps)

    def only(self, campaigns: Collection[str]) -> "InForce":
        """Return the files with none but these campaigns."""
        return InForce(
            with_only(self.world, campaigns),
            self.problems,
            {one: self.frames[one] for one in campaigns},
            {one: self.facts[one] for one in campaigns},
            {one: self.steps[one] for one in campaigns},
        )

    def with_edits(self, edited: "InForce", problems: tuple[Problem, ...]) -> "InForce":
        """Return the files with some campaigns as they are in `edited`; shared files stay."""
        campaigns = with_edits(self.world.campaigns, edited.world.campaigns)
        world = replace(self.world, campaigns=campaigns)
        if isinstance(campaigns, Lazily):
            return InForce.late(world, problems)
        return InForce(
            world,
            problems,
            with_edits(self.frames, edited.frames),
            with_edits(self.facts, edited.facts),
            with_edits(self.steps, edited.steps),
        )


def with_only(world: World, campaigns: Collection[str]) -> World:
    """Return the files with none but these campaigns."""
    return replace(
        world, campaigns={one: world.campaigns[one] for one in campaigns if one in world.campaigns}
    )


def _steps(home: Frame, world: World) -> tuple[str, ...]:
    return tuple(step.id for step in steps_of(home, world))
