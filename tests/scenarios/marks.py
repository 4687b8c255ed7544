"""The transports over which a scenario runs; without a mark it is Socket Mode."""

import pytest

OVER_HTTP = pytest.mark.parametrize("transport", ["http"], scope="module")
OVER_BOTH = pytest.mark.parametrize("transport", ["socket", "http"], scope="module")
