"""Run a command with a PostgreSQL server of its own: made in a temporary folder, stopped and deleted afterwards.

``python tests/with_postgres.py pytest tests/intake``: the command finds the server's address in ``TIRAGE_POSTGRES``.
"""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
from contextlib import closing
from pathlib import Path

USER = "postgres"


def binaries():
    """Find the server's programs: on the path, or where Debian keeps them."""
    kept = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda folder: int(folder.parent.name), reverse=True)
    for folder in [*kept, *(Path(place) for place in os.environ["PATH"].split(os.pathsep))]:
        if all((folder / name).exists() for name in ("initdb", "pg_ctl", "postgres")):
            return folder
    sys.exit("PostgreSQL is not here. As root on Debian: apt-get install postgresql")


def free_port():
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def allowed(command):
    """PostgreSQL does not run as root: run it as its own user there."""
    return ["runuser", "-u", USER, "--", *command] if os.geteuid() == 0 else command


def main(command):
    found, folder, port = binaries(), Path(tempfile.mkdtemp(prefix="tirage-postgres-")), free_port()
    data, said = folder / "data", folder / "server.log"
    if os.geteuid() == 0:
        shutil.chown(folder, USER)
    settings = (
        f"-c listen_addresses=127.0.0.1 -c port={port} -c unix_socket_directories={folder} -c max_connections=200"
    )
    make = [f"{found}/initdb", "-D", str(data), "-U", USER, "--auth=trust", "--encoding=UTF8", "--no-locale"]
    start = [f"{found}/pg_ctl", "-D", str(data), "-l", str(said), "-w", "-o", settings, "start"]
    stop = [f"{found}/pg_ctl", "-D", str(data), "-m", "immediate", "stop"]
    try:
        subprocess.run(allowed(make), check=True, stdout=subprocess.DEVNULL, cwd=folder)  # noqa: S603
        subprocess.run(allowed(start), check=True, stdout=subprocess.DEVNULL, cwd=folder)  # noqa: S603
        address = f"postgresql://{USER}@127.0.0.1:{port}/postgres"
        return subprocess.run(command, check=False, env={**os.environ, "TIRAGE_POSTGRES": address}).returncode  # noqa: S603
    finally:
        if data.exists():
            subprocess.run(allowed(stop), check=False, stdout=subprocess.DEVNULL, cwd=folder)  # noqa: S603
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
