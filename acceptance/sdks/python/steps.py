"""What the programs beside this file share: the question, the tools, and how a step is told about.

Each program is one official SDK, used as its own documentation shows it. Arguments: the gateway's origin, a key, and the models as
a JSON list. Prints one JSON line for each model and step: {"model", "step", "ok", "shown"}.
"""

import json
import sys
import traceback

from pydantic import BaseModel

ORIGIN, KEY, MODELS = sys.argv[1], sys.argv[2], json.loads(sys.argv[3])

# The fake model says the user's words again, and calls the tools that it is told to call.
HELLO = "Hello! Ünïcödé 🙂"
ANSWER = f"You said: {HELLO}"
CALL_BOTH = "call get_weather and call get_time"
NO_SUCH_MODEL = "no-such-model"

WEATHER_SCHEMA = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
NO_ARGUMENTS = {"type": "object", "properties": {}}
RESULTS = {"get_weather": "sunny", "get_time": "noon"}


class Weather(BaseModel):
    city: str
    warm: bool
    days: list[str]


def same(actual, expected, what):
    if actual != expected:
        raise AssertionError(f"{what} is {actual!r}, expected {expected!r}")


def check(condition, what):
    if not condition:
        raise AssertionError(what)


def check_calls(names):
    same(sorted(names), sorted(RESULTS), "the tools that were called")


def check_results(text):
    for result in RESULTS.values():
        check(result in text, f"the answer to the results is {text!r}")


def run(steps):
    """steps: name -> function of a model."""
    for model in MODELS:
        for name, step in steps.items():
            try:
                step(model)
                ok, shown = True, ""
            except Exception:
                ok, shown = False, traceback.format_exc()
            print(json.dumps({"model": model, "step": name, "ok": ok, "shown": shown}), flush=True)
