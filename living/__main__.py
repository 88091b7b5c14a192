"""`python -m living --parts FILE --base-url URL`: a hall lives until it is told to end."""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import signal
import sys
from pathlib import Path
from random import Random, SystemRandom

from living.day import Opening, live
from living.floor import Card


def main() -> None:
    arguments = _arguments()
    logging.basicConfig(
        stream=sys.stdout, level=logging.INFO, format="%(asctime)s %(message)s", datefmt="%H:%M:%S"
    )
    parts = json.loads(arguments.parts.read_text(encoding="utf-8"))
    opening = Opening(
        base_url=arguments.base_url,
        hall=parts["hall"],
        kiosk_token=parts["living_token"],
        cabinet_token=parts["cabinet_token"],
        staff=parts["staff"],
        cards=[Card(**each) for each in parts["cards"]],
        kept=arguments.kept,
        speed=arguments.speed,
    )
    seed = SystemRandom().getrandbits(64) if arguments.seed is None else arguments.seed
    asyncio.run(_until_told(opening, Random(seed)))


async def _until_told(opening: Opening, rng: Random) -> None:
    end = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, end.set)
    await live(opening, rng, end)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="living", description="People and clerks of the demo.")
    parser.add_argument("--parts", type=Path, required=True, help="what the demo was made of")
    parser.add_argument("--base-url", required=True, help="where the hall answers")
    parser.add_argument("--kept", type=Path, required=True, help="where sessions are kept")
    parser.add_argument("--speed", type=float, default=1.0, help="times as fast as life")
    parser.add_argument("--seed", type=int, help="the same chance again")
    return parser.parse_args()


if __name__ == "__main__":
    main()
