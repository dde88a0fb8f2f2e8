"""Play one world again and print what happened: `python -m tests.simulator SEED`."""

import sys

from tests.outbox import in_memory
from tests.simulator.world import World, ends


def main() -> None:
    """Play the world of the seed given; a broken law ends it."""
    with in_memory() as store:
        world = World(int(sys.argv[1]), store)
        try:
            world.run()
        finally:
            for at, *what in world.trace:
                print(f"{at:%d %H:%M:%S}", *what)
        for key, state in sorted(ends(world).items()):
            print(key, state)


if __name__ == "__main__":
    main()
