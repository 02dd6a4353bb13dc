"""Makes the calls of a table with the client, and prints what each gives."""

import json
import re
import sys

from piecework import ApiError, Client, PieceworkError

given = json.load(sys.stdin)
saved = {}


def filled(value):
    def replace(match):
        return json.dumps(saved[match.group(1)][match.group(2)])

    return json.loads(re.sub(r'"\$(\w+)\.(\w+)"', replace, json.dumps(value)))


def result(client, case):
    noun, verb = case["call"].split(".")
    method = getattr(getattr(client, noun), verb)
    made = method(*filled(case.get("args", [])), **filled(case.get("options", {})))
    take = case.get("take")
    return list(made) if take == "all" else made.page().data if take == "page" else made


results = []
options = {"timeout": given.get("timeout", 120), "max_retries": given.get("maxRetries", 3)}
with Client(given["key"], base_url=given["baseUrl"], **options) as client:
    for case in given["cases"]:
        try:
            value = result(client, case)
            if "save" in case:
                saved[case["save"]] = value
            results.append({"value": value})
        except PieceworkError as error:
            facts = {"code": error.code, "details": error.details} if isinstance(error, ApiError) else {}
            results.append({"error": {"name": type(error).__name__, "code": None, "details": None, **facts}})
json.dump(results, sys.stdout)
