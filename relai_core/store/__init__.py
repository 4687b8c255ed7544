"""MongoDB: the only home of motor. Each class fulfils a protocol of `relai_core.ports`."""

import os

# Motor reads this once, on import, and runs every operation in that many threads; its default of
# five a core makes operations wait for each other while others are idle on the network.
os.environ.setdefault("MOTOR_MAX_WORKERS", "64")
