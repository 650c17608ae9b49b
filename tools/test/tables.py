# SPDX-License-Identifier: GPL-2.0
"""tables.py JSON CSV: prints "ok" if both parse, and their rows have the same values."""
import csv
import json
import sys


def flatten(row):
    """A JSON object as a CSV row with the same values, without the names of processes."""
    for name, value in row.items():
        if isinstance(value, dict):
            yield from ((name + "_" + member, str(value[member]))
                        for member in value if member != "comm")
        elif isinstance(value, list):
            yield name, (">" if name == "path" else "|").join(value)
        elif isinstance(value, bool):
            yield name, str(value).lower()
        elif name != "owner":
            yield name, "" if value is None else str(value)


with open(sys.argv[1], encoding="ascii") as lines:
    objects = [json.loads(line) for line in lines]
with open(sys.argv[2], newline="", encoding="ascii") as lines:
    rows = list(csv.DictReader(lines, strict=True))

assert len(objects) == len(rows), "%d objects, %d rows" % (len(objects), len(rows))
names = next((list(row) for row in objects if "lost" not in row), [])
for json_row, row in zip(objects, rows):
    assert None not in row and None not in row.values(), "columns: %r" % row
    assert list(json_row) in (names, ["lost"]), list(json_row)
    for name, value in flatten(json_row):
        same = float(row[name]) == float(value) if name == "rate" and value else row[name] == value
        assert same, (name, row[name], value)
print("ok")
