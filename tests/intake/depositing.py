"""A process that deposits for many people at once and writes what each was told: number, sequence, a full stop."""

import sys
import threading

from bank_on_disk import opened, order

from intake.bank import deposit
from intake.clock import server_clock
from intake.writer import Writer

store = opened(sys.argv[1])
writer = Writer(store, server_clock)
writer.start()
telling = threading.Lock()


def part(people):
    for one in people:
        answer = writer.run_now(lambda tx, at, one=one: deposit(tx, at, order(one)))
        with telling:
            sys.stdout.write(f"{one} {answer.event.sequence} .\n")
            sys.stdout.flush()


threads = [threading.Thread(target=part, args=(range(first, 5_000, 16),)) for first in range(16)]
for thread in threads:
    thread.start()
