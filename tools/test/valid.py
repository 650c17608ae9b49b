# SPDX-License-Identifier: GPL-2.0
"""valid.py JSON CSV: prints "ok" if both parse and have the same values."""
import csv
import json
import sys

NAMES = """ts mono_ns seq cpu ring id netns family laddr lport raddr rport old new
dwell_ns dwell_min cause errno flags open_role close_role owner actor srtt_us
min_rtt_us bytes_in bytes_out segs_in segs_out retrans ifindex mark
accept_wait_us""".split()


def flatten(record):
    """A JSON object as a CSV row with the same values, without the comms."""
    row = {}
    for name, value in record.items():
        if name in ("owner", "actor"):
            members = ("pid", "uid") if name == "owner" else ("pid",)
            for member in members:
                row[name + "_" + member] = value and value[member]
        elif name == "flags":
            row[name] = "|".join(value)
        else:
            row[name] = value
    return {name: "" if value is None else str(value).lower()
            if isinstance(value, bool) else str(value)
            for name, value in row.items()}


with open(sys.argv[1], encoding="utf-8") as lines:
    records = [json.loads(line) for line in lines]
with open(sys.argv[2], newline="", encoding="ascii") as lines:
    reader = csv.DictReader(lines, strict=True)
    rows = list(reader)

assert len(records) == len(rows), "%d objects, %d rows" % (len(records), len(rows))
for record, row in zip(records, rows):
    assert None not in row and None not in row.values(), "columns: %r" % row
    if "lost" in record:
        assert list(record) == ["lost"], record
        assert row["lost"] == str(record["lost"]), row
        continue
    assert list(record) == NAMES, list(record)
    assert row["lost"] == "", row
    for name, value in flatten(record).items():
        assert row[name] == value, (name, row[name], value)
    for task in "owner", "actor":
        assert (record[task] is None) == (row[task + "_pid"] == ""), row
print("ok")
