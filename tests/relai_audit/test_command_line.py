"""The command as a process: what keeps it from looking is said in one sentence."""

import subprocess
import sys
from pathlib import Path

from relai_audit.command_line import UNABLE

ROOT = Path(__file__).parents[2]


def test_an_address_of_mongodb_that_is_none_ends_it_with_a_sentence(tmp_path: Path) -> None:
    """What follows the slash would be part of the password, so nothing of it is quoted."""
    result = subprocess.run(
        [sys.executable, "-m", "relai_audit", "audit"],
        cwd=tmp_path,
        env={
            "PATH": "/usr/bin:/bin",
            "PYTHONPATH": str(ROOT),
            "SLACK_BOT_TOKEN": "xoxb-1",
            "SLACK_APP_TOKEN": "xapp-1",
            "MONGODB_URI": "mongodb://relai:abc/S3CRETtail@mongo:27017/?replicaSet=rs0",
        },
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
    )

    assert result.returncode == UNABLE
    assert result.stderr.startswith("MONGODB_URI can't be used")
    assert "S3CRET" not in result.stderr
    assert "Traceback" not in result.stderr
