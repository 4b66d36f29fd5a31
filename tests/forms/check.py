"""Runs the rule's Sigma and EQL forms in real engines and compares what they find with the command line;
parses its ES|QL form.

    check.py PROGRAM CORPUS

ES|QL is parsed by the grammar of Elasticsearch; there is no engine of it for Python.

The engines are pySigma with its SQLite backend, and Elastic's own EQL library for Python, which takes
the syntax of Elasticsearch. The logs are read by nothing of this project: EVTX by pyevtx-rs, XML by
Python's own parser. Every hit is grouped here by the rule's key; the command line must give the same
rows with the same counts.
"""

import collections
import gzip
import json
import pathlib
import re
import sqlite3
import subprocess
import sys
import xml.etree.ElementTree as ElementTree

import eql
from antlr4 import CommonTokenStream, InputStream
from antlr4.error.ErrorListener import ErrorListener
from eql.parser import elasticsearch_syntax, parse_query
from esql_parser.EsqlBaseLexer import EsqlBaseLexer
from esql_parser.EsqlBaseParser import EsqlBaseParser
from evtx import PyEvtxParser
from sigma.backends.sqlite import sqliteBackend
from sigma.collection import SigmaCollection
from sigma.processing.conditions import LogsourceCondition
from sigma.processing.pipeline import ProcessingItem, ProcessingPipeline
from sigma.processing.transformations import AddConditionTransformation

# What the category means in a log of Sysmon, as pySigma's own Sysmon pipeline has it.
PROCESS_CREATION = ProcessingPipeline(
    name="process creations of Sysmon",
    items=[
        ProcessingItem(
            AddConditionTransformation({"EventID": 1, "Provider_Name": "Microsoft-Windows-Sysmon"}),
            rule_conditions=[LogsourceCondition(category="process_creation", product="windows")],
        )
    ],
)

# The key of the rule: the field of Sysmon, and what stands where it is missing.
KEY = [
    ("Computer", "unknown"),
    ("User", "unknown"),
    ("ParentCommandLine", "unknown"),
    ("Image", "unknown"),
    ("CommandLine", "unknown"),
    ("ProcessId", "null"),
    ("ParentProcessId", "null"),
]
COLUMNS = ["dest", "user", "parent_process", "process_name", "process", "process_id", "parent_process_id"]


def events_of_xml(text):
    """Every <Event> of a text, whatever stands around it, as a flat dict."""
    for event in re.findall(r"<Event[ >].*?</Event>", text, re.S):
        root = ElementTree.fromstring(re.sub(r"<(/?)\w+:", r"<\1", event))
        flat = {}
        for element in root.iter():
            name = element.tag.rpartition("}")[2]
            if name == "Data" and element.get("Name"):
                flat.setdefault(element.get("Name"), element.text or "")
            elif name == "Provider" and element.get("Name"):
                flat["Provider_Name"] = element.get("Name")
            elif name in ("EventID", "Computer", "Channel"):
                flat[name] = element.text or ""
        yield flat


def events_of_json(record):
    """One record as evtx_dump writes it."""
    system = record["Event"]["System"]
    number = system["EventID"]
    flat = {
        "Provider_Name": ((system["Provider"] or {}).get("#attributes") or {}).get("Name", ""),
        "EventID": number["#text"] if isinstance(number, dict) else number,
        "Computer": system.get("Computer") or "",
    }
    data = record["Event"].get("EventData")
    for name, value in (data or {}).items():
        if not isinstance(value, (dict, list)) and value is not None:
            flat.setdefault(name, str(value))
    yield flat


def events(path):
    """The events of a log; none when this script does not read its form."""
    if path.suffix == ".evtx":
        records = iter(PyEvtxParser(str(path)).records_json())
        while True:
            try:
                yield from events_of_json(json.loads(next(records)["data"]))
            except StopIteration:
                return
            except RuntimeError:
                continue  # A damaged record or chunk; the reader goes on behind it.
    elif path.suffix == ".jsonl":
        for line in path.read_text("utf-8").splitlines():
            yield from events_of_json(json.loads(line))
    elif path.name.endswith((".xml", ".log", ".log.gz")):
        data = path.read_bytes()
        data = gzip.decompress(data) if path.suffix == ".gz" else data
        encoding = "utf-16" if data[:2] == b"\xff\xfe" else "utf-8-sig"
        yield from events_of_xml(data.decode(encoding, "replace"))


def row_of(event):
    """The rule's key of a hit."""
    key = [event.get(name) or missing for name, missing in KEY]
    key[3] = re.split(r"[\\/]", key[3])[-1]
    return tuple(key)


def sigma_rows(query, found):
    """The rule's rows as the Sigma rule finds them: how often each key occurs."""
    names = sorted({name for event in found for name in event} | {name for name, _ in KEY} | {"ParentImage"})
    # SQLite compares column names without case.
    names = list({name.lower(): name for name in names}.values())
    columns = ", ".join(f'"{name}"' for name in names)
    database = sqlite3.connect(":memory:")
    database.row_factory = sqlite3.Row
    database.execute(f"CREATE TABLE logs ({columns})")

    def cell(event, name):
        value = event.get(name)
        return int(value) if name == "EventID" and value is not None else value

    marks = ", ".join("?" for _ in names)
    rows = ([cell(event, name) for name in names] for event in found)
    database.executemany(f"INSERT INTO logs VALUES ({marks})", rows)
    return collections.Counter(row_of(dict(hit)) for hit in database.execute(query))


def ecs(event):
    """An event under the names of the Elastic Common Schema, as Winlogbeat's module for Sysmon writes it."""
    parent = event.get("ParentImage")
    process = event.get("Provider_Name") == "Microsoft-Windows-Sysmon" and str(event.get("EventID")) in ("1", "5")
    return {
        "event_type": "process" if process else "other",
        "event": {"provider": event.get("Provider_Name"), "code": str(event.get("EventID"))},
        "process": {"parent": {"name": re.split(r"[\\/]", parent)[-1] if parent else None}},
        "logged": event,
    }


def eql_rows(query, found):
    """The rule's rows as the EQL query finds them."""
    hits = []
    engine = eql.PythonEngine()
    engine.add_output_hook(lambda output: hits.extend(output.events))
    engine.add_query(query)
    for number, event in enumerate(found):
        engine.stream_event(eql.Event.from_data({**ecs(event), "timestamp": number}))
    engine.finalize()
    return collections.Counter(row_of(hit.data["logged"]) for hit in hits)


def program_rows(program, path):
    """The rows of the command line."""
    output = subprocess.run([program, "--format", "json", str(path)], capture_output=True, check=False).stdout
    groups = json.loads(output)["groups"]
    return collections.Counter({tuple(group[name] for name in COLUMNS): group["count"] for group in groups})


def form(program, name):
    """The rule's text in another language."""
    return subprocess.run([program, "--rule", name], capture_output=True, check=True, text=True).stdout


def sigma_query(text):
    """SQL for what a Sigma rule says."""
    rule = SigmaCollection.from_yaml(text)
    if rule.errors:
        sys.exit(f"The Sigma rule is not valid: {rule.errors}")
    [query] = sqliteBackend(PROCESS_CREATION).convert(rule)
    print(query)
    return query


def eql_query(text):
    """What an EQL query says."""
    with elasticsearch_syntax:
        return parse_query(text)


class Complaints(ErrorListener):
    """What a parser of ES|QL does not understand."""

    def __init__(self):
        self.found = []

    def syntaxError(self, recognizer, symbol, line, column, message, error):
        self.found.append(f"line {line}, column {column}: {message}")


def esql_complaints(text):
    """What is wrong with a query by the grammar of ES|QL."""
    complaints = Complaints()
    lexer = EsqlBaseLexer(InputStream(text))
    parser = EsqlBaseParser(CommonTokenStream(lexer))
    for part in (lexer, parser):
        part.removeErrorListeners()
        part.addErrorListener(complaints)
    parser.singleStatement()
    return complaints.found


def check_esql(text):
    """The query parses, and slips that are put into it are noticed."""
    if wrong := esql_complaints(text):
        sys.exit(f"The ES|QL form does not parse: {wrong}")
    for word, slip in (("STATS", "STAT"), ("BY", "BYE"), ("==", "=~"), (")", "")):
        if not esql_complaints(text.replace(word, slip, 1)):
            sys.exit(f"{slip!r} in place of {word!r} in the ES|QL form is not noticed")
    print("ES|QL: the form parses, four slips do not")


def main():
    program, corpus = sys.argv[1], pathlib.Path(sys.argv[2])
    sigma, query = sigma_query(form(program, "sigma")), eql_query(form(program, "eql"))
    check_esql(form(program, "esql"))
    compared, left_out = 0, []
    hits, failed = collections.Counter(), collections.Counter()
    for path in sorted(corpus.iterdir()):
        expected = corpus / "expected" / f"{path.name}.json"
        if not path.is_file() or not expected.is_file():
            continue
        found = list(events(path))
        if not found:
            left_out.append(path.name)
            continue
        rows = program_rows(program, path)
        compared += 1
        for name, theirs in (("Sigma", sigma_rows(sigma, found)), ("EQL", eql_rows(query, found))):
            hits[name] += theirs.total()
            if theirs != rows:
                failed[name] += 1
                print(f"{path.name}: only {name} {theirs - rows}, only the command line {rows - theirs}")
    for name in ("Sigma", "EQL"):
        if failed[name] or not hits[name]:
            sys.exit(f"The {name} form differs in {failed[name]} of {compared} logs ({hits[name]} hits in all).")
        print(f"{name}: {compared} logs compared, {hits[name]} events found by both")
    print(f"left out, as the reader of this check finds no event in them: {', '.join(left_out) or 'none'}")


if __name__ == "__main__":
    main()
