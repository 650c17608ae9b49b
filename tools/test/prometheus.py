# SPDX-License-Identifier: GPL-2.0
# prometheus.py ports N: numbers of ports that are free on loopback
# prometheus.py dashboard FILE: checks what Grafana needs of a dashboard; prints the queries of
#   its panels, a line each, with the variables replaced
# prometheus.py get URL: what a GET answers
# prometheus.py query URL EXPRESSION: the value of each series, sorted, behind its labels
# prometheus.py state URL: how many targets are up; each rule that is not healthy
import json
import re
import socket
import sys
import urllib.parse
import urllib.request

VARIABLES = {"$__rate_interval": "1m", "$instance": ".*"}


def fetch(url):
    with urllib.request.urlopen(url, timeout=10) as answer:
        return answer.read().decode()


def ports(count):
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(int(count))]
    print(*(s.getsockname()[1] for s in sockets))


def overlap(a, b):
    return (a["x"] < b["x"] + b["w"] and b["x"] < a["x"] + a["w"]
            and a["y"] < b["y"] + b["h"] and b["y"] < a["y"] + a["h"])


def dashboard(path):
    board = json.load(open(path, encoding="utf-8"))
    faults = [f"no {key}" for key in ("uid", "title", "schemaVersion", "panels") if not board.get(key)]
    variables = {v["name"]: v for v in board["templating"]["list"]}
    if variables["datasource"]["type"] != "datasource":
        faults.append("no variable for the data source")
    ids = [panel["id"] for panel in board["panels"]]
    if len(ids) != len(set(ids)):
        faults.append("two panels have one id")
    places = [panel["gridPos"] for panel in board["panels"]]
    for i, place in enumerate(places):
        if place["x"] + place["w"] > 24 or any(overlap(place, other) for other in places[:i]):
            faults.append(f"panel {ids[i]} is not in a place of its own")
    for panel in board["panels"]:
        if panel["type"] == "row":
            continue
        for part in [panel, *panel["targets"]]:
            if part["datasource"] != {"type": "prometheus", "uid": "${datasource}"}:
                faults.append(f"{panel['title']}: another data source")
        if len({target["refId"] for target in panel["targets"]}) != len(panel["targets"]):
            faults.append(f"{panel['title']}: two queries have one refId")
        for target in panel["targets"]:
            query = target["expr"]
            for name, value in VARIABLES.items():
                query = query.replace(name, value)
            if "$" in query:
                faults.append(f"{panel['title']}: a variable that is not known: {query}")
            print(query)
    query = variables["instance"]["query"]["query"]
    print(re.fullmatch(r"label_values\((\w+), instance\)", query)[1])
    if faults:
        sys.exit("\n".join(faults))


def query(url, expression):
    answer = json.loads(fetch(f"{url}/api/v1/query?" + urllib.parse.urlencode({"query": expression})))
    for series in sorted(answer["data"]["result"], key=lambda s: sorted(s["metric"].items())):
        labels = [f"{k}={v}" for k, v in sorted(series["metric"].items())
                  if k not in ("__name__", "instance", "job")]
        print(*labels, series["value"][1])


def state(url):
    targets = json.loads(fetch(f"{url}/api/v1/targets"))["data"]["activeTargets"]
    print(sum(target["health"] == "up" for target in targets), "up")
    for group in json.loads(fetch(f"{url}/api/v1/rules"))["data"]["groups"]:
        for rule in group["rules"]:
            if rule["health"] != "ok":
                print(rule["name"], rule["health"], rule.get("lastError"))


{"ports": ports, "dashboard": dashboard, "query": query, "state": state,
 "get": lambda url: print(fetch(url), end="")}[sys.argv[1]](*sys.argv[2:])
