"""A mongod that asks for TLS and a login, and one without a replica set."""

import asyncio
import os
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from pymongo import MongoClient
from pymongo.errors import PyMongoError

from devstack.mongo_server import mongod_binary, mongod_environment
from devstack.ports import LOOPBACK, free_port
from devstack.processes import ChildProcess

PASSWORD = "hunter2"


def write_certificate(folder: Path, name: str) -> tuple[Path, Path]:
    """Write a self-signed certificate for the loopback address; the files of it and of its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    address = x509.SubjectAlternativeName([x509.IPAddress(ip_address(LOOPBACK))])
    certificate = (
        x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(address, critical=False)
        .sign(key, hashes.SHA256())
    )
    cert_file, key_file = folder / f"{name}.pem", folder / f"{name}.key"
    cert_file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    key_file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return cert_file, key_file


class Standalone(ChildProcess):
    """A mongod on loopback; `uri` leads to it."""

    tls = ""

    def __init__(self, data: Path, *options: str) -> None:
        self._port = free_port()
        files = data / "files"
        files.mkdir(parents=True)
        command: list[str | Path] = [
            *(mongod_binary(), "--dbpath", files, "--port", str(self._port)),
            *("--bind_ip", LOOPBACK, "--wiredTigerCacheSizeGB", "0.25", "--nounixsocket"),
            *options,
        ]
        super().__init__(
            "mongod", command, data=data, ready=self._answers, env=mongod_environment(data)
        )

    @property
    def address(self) -> str:
        return f"{LOOPBACK}:{self._port}"

    async def _answers(self) -> bool:
        return await asyncio.to_thread(self._is_there)

    def _is_there(self) -> bool:
        try:
            with self.client() as client:
                client.admin.command("hello")
        except PyMongoError:
            return False
        return True

    def client(self, login: str = "") -> MongoClient[dict[str, Any]]:
        uri = f"mongodb://{login}{self.address}/?directConnection=true{self.tls}"
        return MongoClient(uri, serverSelectionTimeoutMS=1000)


class LockedMongo(Standalone):
    """A replica set `rs0` with the users `root` and `reader`, who may write nothing."""

    def __init__(self, data: Path) -> None:
        self.ca, key = write_certificate(data, "mongod")
        self.tls = f"&tls=true&tlsCAFile={self.ca}"
        both, secret = data / "both.pem", data / "members.key"
        both.write_bytes(self.ca.read_bytes() + key.read_bytes())
        secret.write_text("c2VjcmV0" * 8)
        os.chmod(secret, 0o600)  # noqa: PTH101 - mongod insists
        super().__init__(
            data,
            *("--replSet", "rs0", "--auth", "--keyFile", str(secret)),
            *("--tlsMode", "requireTLS", "--tlsCertificateKeyFile", str(both)),
            *("--tlsCAFile", str(self.ca), "--tlsAllowConnectionsWithoutCertificates"),
        )

    async def start(self) -> None:
        await super().start()
        await asyncio.to_thread(self._set_up)

    def _set_up(self) -> None:
        with self.client() as client:
            members = [{"_id": 0, "host": self.address}]
            client.admin.command("replSetInitiate", {"_id": "rs0", "members": members})
            while not client.admin.command("hello")["isWritablePrimary"]:
                pass
            client.admin.command("createUser", "root", pwd=PASSWORD, roles=["root"])
        with self.client(f"root:{PASSWORD}@") as client:
            client.admin.command("createUser", "reader", pwd=PASSWORD, roles=["readAnyDatabase"])
