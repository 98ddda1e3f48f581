"""The service as ``tirage intake serve`` runs it, on a disk whose every sync takes longer, with fewer files if asked.

``python slow_service.py BANK PORT SYNC_SECONDS FILES`` (FILES 0: as many as the machine gives). Default settings.
"""

import resource
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "intake"))

from disk import Disk

from intake.config import Config
from intake.service import serve


def main(bank: str, port: str, sync_seconds: str, files: str) -> None:
    if int(files):
        resource.setrlimit(resource.RLIMIT_NOFILE, (int(files), int(files)))
    else:
        hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    # It is a disk for as long as somebody holds it.
    disk = Disk("slow", sync_seconds=float(sync_seconds), images=False, makedefault=True)
    serve(Config(bank=bank, port=int(port)), lambda _words: None)
    disk.unregister()


if __name__ == "__main__":
    main(*sys.argv[1:])
