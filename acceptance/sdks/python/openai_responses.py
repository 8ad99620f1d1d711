"""openai, Responses; stateless: each turn sends everything."""

import openai
from steps import *

client = openai.OpenAI(base_url=f"{ORIGIN}/v1", api_key=KEY, max_retries=0)
tools = [
    {"type": "function", "name": "get_weather", "parameters": WEATHER_SCHEMA, "strict": False},
    {"type": "function", "name": "get_time", "parameters": NO_ARGUMENTS, "strict": False},
]


def text(model):
    reply = client.responses.create(model=model, instructions="Be brief.", input=HELLO, store=False)
    same(reply.output_text, ANSWER, "the text")
    same(reply.status, "completed", "status")
    same(reply.model, model, "model")
    check(reply.usage.total_tokens == reply.usage.input_tokens + reply.usage.output_tokens > 0, "usage")


def stream(model):
    pieces = []
    for event in client.responses.create(model=model, input=HELLO, store=False, stream=True):
        if event.type == "response.output_text.delta":
            pieces.append(event.delta)
    same("".join(pieces), ANSWER, "the text")
    check(len(pieces) > 1, "it came in one piece")
    with client.responses.stream(model=model, input=HELLO, store=False) as events:
        same(events.get_final_response().output_text, ANSWER, "the text of the helper")


def answer(output):
    calls = [item for item in output if item.type == "function_call"]
    check_calls([call.name for call in calls])
    results = [{"type": "function_call_output", "call_id": call.call_id, "output": RESULTS[call.name]} for call in calls]
    return [{"role": "user", "content": CALL_BOTH}, *output, *results]


def called(model):
    first = client.responses.create(model=model, input=CALL_BOTH, tools=tools, store=False)
    second = client.responses.create(model=model, input=answer(first.output), tools=tools, store=False)
    check_results(second.output_text)


def streamed_tools(model):
    with client.responses.stream(model=model, input=CALL_BOTH, tools=tools, store=False) as events:
        first = events.get_final_response()
    with client.responses.stream(model=model, input=answer(first.output), tools=tools, store=False) as events:
        check_results(events.get_final_response().output_text)


def structured(model):
    reply = client.responses.parse(model=model, input=HELLO, text_format=Weather, store=False)
    check(isinstance(reply.output_parsed, Weather), "not parsed")


def error(_model):
    try:
        client.responses.create(model=NO_SUCH_MODEL, input=HELLO)
    except openai.NotFoundError as refusal:
        same(refusal.code, "model_not_found", "code")
    else:
        raise AssertionError("it was answered")


run({"text": text, "stream": stream, "tools": called, "streamed tools": streamed_tools, "schema": structured, "error": error})
