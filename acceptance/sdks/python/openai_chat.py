"""openai, chat completions."""

import openai
from steps import *

client = openai.OpenAI(base_url=f"{ORIGIN}/v1", api_key=KEY, max_retries=0)
messages = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": HELLO}]
ask_tools = [{"role": "user", "content": CALL_BOTH}]
tools = [
    {"type": "function", "function": {"name": "get_weather", "parameters": WEATHER_SCHEMA}},
    {"type": "function", "function": {"name": "get_time"}},
]


def text(model):
    reply = client.chat.completions.create(model=model, messages=messages, temperature=0.5, max_tokens=100)
    same(reply.choices[0].message.content, ANSWER, "the text")
    same(reply.choices[0].finish_reason, "stop", "finish_reason")
    same(reply.model, model, "model")
    check(reply.usage.total_tokens == reply.usage.prompt_tokens + reply.usage.completion_tokens > 0, "usage")


def stream(model):
    pieces = []
    for chunk in client.chat.completions.create(model=model, messages=messages, stream=True):
        pieces.append(chunk.choices[0].delta.content or "")
    same("".join(pieces), ANSWER, "the text")
    check(len([piece for piece in pieces if piece]) > 1, "it came in one piece")
    options = {"include_usage": True}
    with client.chat.completions.stream(model=model, messages=messages, stream_options=options) as events:
        final = events.get_final_completion()
    same(final.choices[0].message.content, ANSWER, "the text of the helper")
    check(final.usage.completion_tokens > 0, "usage")


def answer(message):
    return [
        *ask_tools,
        message,
        *({"role": "tool", "tool_call_id": call.id, "content": RESULTS[call.function.name]} for call in message.tool_calls),
    ]


def called(model):
    first = client.chat.completions.create(model=model, messages=ask_tools, tools=tools)
    same(first.choices[0].finish_reason, "tool_calls", "finish_reason")
    check_calls([call.function.name for call in first.choices[0].message.tool_calls])
    second = client.chat.completions.create(model=model, messages=answer(first.choices[0].message), tools=tools)
    check_results(second.choices[0].message.content)


def streamed_tools(model):
    with client.chat.completions.stream(model=model, messages=ask_tools, tools=tools) as events:
        message = events.get_final_completion().choices[0].message
    check_calls([call.function.name for call in message.tool_calls])
    check("city" in json.loads(message.tool_calls[0].function.arguments), "no arguments")
    with client.chat.completions.stream(model=model, messages=answer(message), tools=tools) as events:
        check_results(events.get_final_completion().choices[0].message.content)


def structured(model):
    reply = client.chat.completions.parse(model=model, messages=messages, response_format=Weather)
    check(isinstance(reply.choices[0].message.parsed, Weather), "not parsed")


def error(_model):
    try:
        client.chat.completions.create(model=NO_SUCH_MODEL, messages=messages)
    except openai.NotFoundError as refusal:
        same(refusal.code, "model_not_found", "code")
    else:
        raise AssertionError("it was answered")


run({"text": text, "stream": stream, "tools": called, "streamed tools": streamed_tools, "schema": structured, "error": error})
