"""build/dataset/examples.jsonl -> reports/audit.json"""

from __future__ import annotations

from autograder import config
from autograder.checks.audit import audit
from autograder.files import atomic_write, json_text
from autograder.schema import read_examples
from autograder.stages import AUDIT, EXAMPLES, PARAMS, run
from autograder.terminal import printable


def main() -> None:
    settings = config.load(PARAMS)
    # Without a tokenizer, so that the report is the same on every machine.
    report = audit(read_examples(EXAMPLES), settings.audit, token_limit=settings.model.max_length)
    atomic_write(AUDIT, json_text(report.to_json()))
    for warning in report.warnings:
        print(f"warning: {printable(warning)}")
    print(f"{AUDIT}: {report.num_examples} examples, {len(report.warnings)} warnings")


if __name__ == "__main__":
    run(main)
