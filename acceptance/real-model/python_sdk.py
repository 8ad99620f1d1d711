"""The official Python SDK against the gateway: a model list, a chat, a stream.

Arguments: base URL, key, model. Prints one JSON line a step: {"step", "ok", "shown"}.
"""

import json
import sys
import traceback

from openai import OpenAI

base_url, api_key, model = sys.argv[1:4]
client = OpenAI(base_url=base_url, api_key=api_key, max_retries=0)
messages = [{"role": "user", "content": "What is the capital of France? Answer in one sentence."}]


def model_list():
    ids = [entry.id for entry in client.models.list()]
    return model in ids, ["models: " + ", ".join(ids)]


def chat():
    raw = client.chat.completions.with_raw_response.create(
        model=model, messages=messages, max_tokens=40, temperature=0
    )
    completion = raw.parse()
    text = completion.choices[0].message.content
    ours = [f"{name}: {value}" for name, value in raw.headers.items() if name.lower().startswith("x-fairlead-")]
    usage = completion.usage.model_dump(exclude_none=True)
    ok = "paris" in text.lower() and completion.model == model and usage["total_tokens"] > 0
    return ok, [f"text:  {text}", f"usage: {json.dumps(usage)}", *ours]


def stream():
    text, chunks = "", 0
    for chunk in client.chat.completions.create(
        model=model, messages=messages, max_tokens=40, temperature=0, stream=True
    ):
        text += chunk.choices[0].delta.content or ""
        chunks += 1
    return "paris" in text.lower(), [f"text:  {text}", f"{chunks} chunks"]


for name, step in (("model list", model_list), ("chat", chat), ("stream", stream)):
    try:
        ok, shown = step()
    except Exception:
        ok, shown = False, [traceback.format_exc()]
    print(json.dumps({"step": name, "ok": ok, "shown": shown}), flush=True)
