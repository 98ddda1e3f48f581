"""A process that deposits for many people at once and prints what each was told: number, sequence, a full stop."""

import sys
import threading

from bank_on_disk import opened, order

from intake.bank import deposit
from intake.clock import server_clock
from intake.writer import Writer

store = opened(sys.argv[1])
writer = Writer(store, server_clock)
writer.start()
printing = threading.Lock()


def part(people):
    for one in people:
        answer = writer.run_now(lambda tx, at: deposit(tx, at, order(one)))
        with printing:
            print(one, answer.event.sequence, ".", flush=True)


threads = [threading.Thread(target=part, args=(range(first, 5_000, 16),)) for first in range(16)]
for thread in threads:
    thread.start()
