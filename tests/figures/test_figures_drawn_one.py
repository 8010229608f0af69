"""One half of the published figures, each trained and drawn on tiny settings.

Two files, so that two workers of pytest-xdist share them.
"""

import pytest
from tiny_figures import check_drawn

from phasesim import gallery


@pytest.mark.parametrize("name", gallery.names()[::2])
def test_it_draws_and_checks_itself(name, tmp_path):
    check_drawn(name, tmp_path)
