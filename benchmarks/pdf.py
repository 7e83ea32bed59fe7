"""Official pages a second as PDF, one process: the forms of whole villages, data to bytes.

    python benchmarks/pdf.py [--villages 10] [--runs 5]

Counts the pages of the finished files. The first file of a process, which reads the fonts, is timed
apart. Prints one JSON line with medians; the budget is 100 pages a second. `pages_per_processor_s`
tells a slow program from a busy machine.
"""

from __future__ import annotations

import argparse
import json
import re
import statistics
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.export import village
from tests.formats import sample

from paicha.formats import pdf


def pages_of(content: bytes) -> int:
    """Pages of a PDF, from the counts of its page tree."""
    return max(int(count) for count in re.findall(rb"/Count (\d+)", content))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--villages", type=int, default=10)
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    pack = sample.pack()
    documents = [village(number) for number in range(options.villages)]
    start = time.perf_counter()
    pdf.write(sample.village_document(), pack)
    first = time.perf_counter() - start
    rates, by_processor = [], []
    for _ in range(options.runs):
        start, busy = time.perf_counter(), time.process_time()
        made = [pdf.write(document, pack) for document in documents]
        seconds = time.perf_counter() - start
        rates.append(sum(map(pages_of, made)) / seconds)
        by_processor.append(sum(map(pages_of, made)) / (time.process_time() - busy))
        for document in documents:  # other data next time: what the compiler remembers must not help
            for sheet in document.sheets[:3]:
                for block in sheet.blocks:  # type: ignore[union-attr]
                    for row in block.rows:
                        row["phone"] = f"139{int(row['phone'][3:]) + 7:08d}"  # type: ignore[index]
    print(
        json.dumps(
            {
                "pages": sum(map(pages_of, made)),
                "megabytes": round(sum(map(len, made)) / 1e6, 1),
                "first_file_s": round(first, 2),
                "pages_per_s": round(statistics.median(rates)),
                "pages_per_processor_s": round(statistics.median(by_processor)),
                "runs": [round(rate) for rate in rates],
            }
        )
    )


if __name__ == "__main__":
    main()
