"""The files in force, with what follows from them alone."""

from collections.abc import Collection, Mapping

from msgspec import Struct
from msgspec.structs import replace

from tracker.app.remembering import Facts, facts_of, frames_of
from tracker.app.with_edits import with_edits
from tracker.campaign import World
from tracker.errors import Problem
from tracker.events import Frame
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
        steps = {
            one: tuple(step.id for step in steps_of(home, world)) for one, home in frames.items()
        }
        return cls(world, problems, frames, facts_of(frames), steps)

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
        return InForce(
            replace(self.world, campaigns=campaigns),
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
