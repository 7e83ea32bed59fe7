"""`paicha sample`: draw the city's spot check; the same numbers over the same register are the same sample anywhere."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from paicha.delivery.cli.console import print_json, speak
from paicha.delivery.cli.home import open_home

if TYPE_CHECKING:
    from paicha.domain.rounds.models import RoundArea
    from paicha.domain.verification.models import Sample


def add_parser(subparsers: Any) -> None:
    """`sample --households N --villages M --seed S [--json]`."""
    parser = subparsers.add_parser("sample", help="抽取市级抽查的村和户")
    parser.add_argument("--households", type=int, required=True, metavar="N", help="抽多少户")
    parser.add_argument("--villages", type=int, required=True, metavar="M", help="抽多少个村")
    parser.add_argument("--seed", type=int, required=True, metavar="S", help="种子，0 以上的整数")
    parser.add_argument("--json", action="store_true", help="最后一行输出 JSON")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """0 drawn, or found as it was drawn before. Raises CommandRefused: more than there is, an impossible seed."""
    scope, round_, pack = open_home()
    from paicha.domain.rounds.queries import village_areas
    from paicha.domain.verification.samples import draw_sample, kept_villages

    sample = draw_sample(
        round_,
        pack,
        households=args.households,
        villages=args.villages,
        seed=args.seed,
        actor=scope.actor,
    )
    areas = {area.code: area for area in village_areas(round_)}
    if args.json:
        print_json(_sample_facts(sample, areas))
        return 0
    drawn = kept_villages(sample)
    zero = sum(stratum == "zero" for _, stratum, _, _ in drawn)
    speak(f"从 {sample.frame_villages} 个村里抽了 {len(drawn)} 个，其中零监测户村 {zero} 个：")
    for code, stratum, _, chance in drawn:
        mark = "，零监测户村" if stratum == "zero" else ""
        speak(f"  {code} {areas[code].spoken}{mark}（入样概率 {float(chance):.4f}）")
    speak(f"从 {sample.frame_households} 户里抽了 {sample.households} 户，名单在网页“抽查”里。")
    speak(f"种子 {sample.seed}，抽样框 {sample.frame_hash}。")
    return 0


def _sample_facts(sample: Sample, areas: dict[str, RoundArea]) -> dict[str, Any]:
    """The whole sample; names of people stay in the application."""
    from paicha.domain.verification.samples import kept_villages

    households = sample.drawn_households.order_by("position").values_list(
        "household_id", "household__number", "village__code", "household__group", "weight", "numerator",
        "denominator",
    )  # fmt: skip
    return {
        "sample": sample.pk,
        "seed": sample.seed,
        "frame_hash": sample.frame_hash,
        "frame": {"villages": sample.frame_villages, "households": sample.frame_households},
        "villages": [
            {
                "code": code,
                "name": areas[code].spoken,
                "stratum": stratum,
                "weight": weight,
                "probability": f"{chance.numerator}/{chance.denominator}",
            }
            for code, stratum, weight, chance in kept_villages(sample)
        ],
        "households": [
            {
                "household_id": str(id_),
                "number": number,
                "village": village,
                "group": group,
                "weight": weight,
                "probability": f"{up}/{down}",
            }
            for id_, number, village, group, weight, up, down in households
        ],
    }
