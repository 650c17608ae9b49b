# SPDX-License-Identifier: GPL-2.0
# trace.py TRACE TRANSITIONS CONNECTIONS: checks the trace of follow -o perfetto by the rules
# of the Trace Event Format, and against follow -o json and life -o json of the same
# recording, which has no gaps: each slice begins and ends with a transition of its
# connection, each connection that has ended has a track, and its slices are its path.
import collections
import decimal
import json
import sys


def ns(event):
    return int(event["ts"] * 1000)


def load(path, **options):
    with open(path) as file:
        return [json.loads(line, **options) for line in file]


with open(sys.argv[1]) as file:
    events = json.load(file, parse_float=decimal.Decimal)
transitions = [t for t in load(sys.argv[2]) if "lost" not in t and t["id"] is not None]
lives = [c for c in load(sys.argv[3]) if "lost" not in c]

tracks = collections.defaultdict(list)
names = {}
for event in events:
    assert event["ph"] in "BEMi", event
    if event["ph"] == "i":
        assert event["name"].startswith("lost ") and event["s"] == "g", event
        continue
    assert isinstance(event["pid"], int) and isinstance(event["tid"], int), event
    if event["ph"] == "M":
        assert isinstance(event["args"]["name"], str), event
        names[event["name"], event["pid"], event["tid"]] = event["args"]["name"]
        continue
    assert ns(event) == event["ts"] * 1000, "a part of a nanosecond"
    if event["ph"] == "B":
        assert isinstance(event["name"], str) and isinstance(event["args"], dict), event
    tracks[event["pid"], event["tid"]].append(event)
assert len({tid for pid, tid in tracks}) == len(tracks), "a track of two processes"

moments = collections.defaultdict(set)
for t in transitions:
    moments[t["id"], t["old"], "E"].add(t["mono_ns"])
    moments[t["id"], t["new"], "B"].add(t["mono_ns"])
    if t["dwell_ns"] is not None:
        moments[t["id"], t["old"], "B"].add(t["mono_ns"] - t["dwell_ns"])

paths = collections.Counter()
for track, of_track in tracks.items():
    assert ("thread_name", *track) in names and ("process_name", *track) in names, track
    stack, last, path = [], 0, []
    for event in of_track:
        assert ns(event) >= last, "time goes back"
        last = ns(event)
        if event["ph"] == "E":
            state = stack.pop()
            if stack and not state["args"]["missing"]:
                assert last in moments[connection["id"], state["name"], "E"], (event, state)
                if state["args"]["dwell_ns"] is not None and state["args"]["cause"]:
                    assert state["args"]["dwell_ns"] == last - ns(state), state
            continue
        if not stack:
            connection = event["args"]
            assert not path, "two connections on a track"
            if connection["owner"]:
                assert track[0] == connection["owner"]["pid"], connection
        else:
            assert len(stack) == 1, "a slice in a state"
            assert last in moments[connection["id"], event["name"], "B"], event
            if path and event["args"]["flags"] and "same-segment" in event["args"]["flags"]:
                path.pop()
            path.append(event["name"])
        stack.append(event)
    if stack:
        assert len(stack) == 2, stack
        assert stack[0]["name"] in ("alive", connection["end"] or "ended"), stack
    paths[connection["id"], connection["lport"], tuple(path)] += 1

for life in lives:
    states = list(life["path"])
    while states and states[0] in ("CLOSED", "LISTEN"):
        states.pop(0)
    while states and states[-1] in ("CLOSED", "TIME_WAIT"):
        states.pop()
    found = [key for key in paths if key[0] == life["id"] and key[1] == life["lport"]
             and [s for s in key[2] if s != "TIME_WAIT"] == states]
    assert found, life
spans = [(pid, ns(t[0]), ns(t[-1])) for (pid, tid), t in tracks.items()]
together = sum(a[0] == b[0] and a[1] < b[2] and b[1] < a[2]
               for i, a in enumerate(spans) for b in spans[:i])
print(len(tracks), "tracks,", sum(len(t) for t in tracks.values()), "events,",
      together, "pairs of tracks of a process overlap")
