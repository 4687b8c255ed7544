"""A malformed MongoDB address is refused without being quoted."""

from datetime import timedelta

import pytest

from relai_core.settings import SettingsError
from relai_core.store.database import connect


@pytest.mark.parametrize(
    "uri",
    [
        "mongodb://relai:abc/S3CRETtail@mongo:27017/?replicaSet=rs0",
        "mongodb+srv://relai:abc/S3CRETtail@mongo.example.com/",
        "mongodb://relai:S3CRET@tail@mongo:27017/",
        "mongodb://relai:S3CRET%tail@mongo:27017/",
        "mongodb://relai:abc?S3CRETtail@mongo:27017/",
        "mongodb://mongo:S3CRET/",
        "mongodb://mongo/?tls=true&tlsCAFile=/S3CRET/nowhere.pem",
    ],
)
async def test_malformed_address_is_refused_without_quoting_it(uri: str) -> None:
    with pytest.raises(SettingsError, match=r"^MONGODB_URI can't be used") as caught:
        await connect(uri, "relai", timeout=timedelta(seconds=1))

    assert "S3CRET" not in str(caught.value)
    assert caught.value.__suppress_context__
