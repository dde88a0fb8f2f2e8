"""Play one world again and print what happened: `python -m tests.simulator SEED`."""

import sys

from tests.simulator.ground import the_ground
from tests.simulator.world import World, ends


def main() -> None:
    """Play the world of the seed given; a broken law ends it."""
    with World(int(sys.argv[1]), the_ground()) as world:
        try:
            world.run()
        finally:
            for at, *what in world.trace:
                sys.stdout.write(f"{at:%d %H:%M:%S} {' '.join(map(str, what))}\n")
        for key, state in sorted(ends(world).items()):
            sys.stdout.write(f"{key} {state}\n")


if __name__ == "__main__":
    main()
