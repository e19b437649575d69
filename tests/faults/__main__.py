"""``python -m tests.faults --runs N --seed S [--json]``: nothing is lost, nothing sent twice.

Real engines are killed, cut off and refused while mail leaves and comes in; what happened is read
off the servers' own stores and a reopened database. See the README beside this file.
"""

import argparse
import json
import multiprocessing
import random
import sys
import time
from concurrent.futures import ProcessPoolExecutor

from tests.faults.series import Part, carried_out
from tests.faults.servers import Mailbox, Postfix
from tests.faults.verdict import total
from tests.faults.world import Servers


def main() -> int:
    options = _parser().parse_args()
    servers = _servers(options)
    seed = random.SystemRandom().randrange(1 << 31) if options.seed is None else options.seed
    numbers = range(options.first, options.first + options.runs)
    if options.only is not None:
        numbers = range(options.only, options.only + 1)
    jobs = min(options.jobs, len(numbers))
    print(f"seed {seed}, {len(numbers)} runs, {_named(servers)}", flush=True)
    began = time.monotonic()
    parts = [
        Part(seed, list(numbers[n::jobs]), servers, plain_retry=options.plain_retry)
        for n in range(jobs)
    ]
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(jobs, mp_context=context) as pool:
        verdict = total(pool.map(carried_out, parts))
    for failure in verdict.failures:
        print(failure, flush=True)
    print(f"{verdict.sentence()} {time.monotonic() - began:.0f} s.", flush=True)
    if options.json:
        print(json.dumps(verdict.figures(seed)), flush=True)
    return 0 if verdict.good else 1


def _servers(options: argparse.Namespace) -> Servers:
    """The real servers there are, unless others are asked for."""
    return Servers(
        dovecot=not Mailbox.missing() and not options.pip_only,
        postfix=not Postfix.missing() and not options.pip_only,
    )


def _named(servers: Servers) -> str:
    smtp = "Postfix" if servers.postfix else f"aiosmtpd ({Postfix.missing() or 'asked for'})"
    imap = "Dovecot" if servers.dovecot else f"a Maildir ({Mailbox.missing() or 'asked for'})"
    return f"on {smtp} and {imap}"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--runs", type=int, default=150, help="how many (150)")
    parser.add_argument("--seed", type=int, help="what repeats them; by default another each time")
    parser.add_argument("--first", type=int, default=0, metavar="N", help="begin with this one (0)")
    parser.add_argument("--only", type=int, metavar="N", help="only the run with this number")
    parser.add_argument("--jobs", type=int, default=2, help="how many at once (2)")
    parser.add_argument("--json", action="store_true", help="the last line is a JSON object")
    parser.add_argument(
        "--plain-retry",
        action="store_true",
        help="send again whatever is in doubt, as plain retrying does: shows that this can fail",
    )
    parser.add_argument(
        "--pip-only", action="store_true", help="use no server that does not come from PyPI"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
