"""anthropic, Messages."""

import anthropic
from steps import *

client = anthropic.Anthropic(base_url=ORIGIN, api_key=KEY, max_retries=0)
asked = {"max_tokens": 1000, "system": "Be brief.", "messages": [{"role": "user", "content": HELLO}]}
ask_tools = {"role": "user", "content": CALL_BOTH}
tools = [
    {"name": "get_weather", "input_schema": WEATHER_SCHEMA},
    {"name": "get_time", "input_schema": NO_ARGUMENTS},
]


@anthropic.beta_tool
def get_weather(city: str) -> str:
    """The weather of a city."""
    check(isinstance(city, str), "no city")
    return RESULTS["get_weather"]


@anthropic.beta_tool
def get_time() -> str:
    """The time."""
    return RESULTS["get_time"]


def text_of(message):
    return "".join(block.text for block in message.content if block.type == "text")


def text(model):
    reply = client.messages.create(model=model, **asked)
    same(text_of(reply), ANSWER, "the text")
    same(reply.stop_reason, "end_turn", "stop_reason")
    same(reply.model, model, "model")
    check(reply.usage.input_tokens > 0 and reply.usage.output_tokens > 0, "usage")


def stream(model):
    with client.messages.stream(model=model, **asked) as events:
        pieces = list(events.text_stream)
        final = events.get_final_message()
    same("".join(pieces), ANSWER, "the text")
    check(len(pieces) > 1, "it came in one piece")
    same(text_of(final), ANSWER, "the final text")
    check(final.usage.output_tokens > 0, "usage")


def answer(message):
    calls = [block for block in message.content if block.type == "tool_use"]
    check_calls([call.name for call in calls])
    results = [{"type": "tool_result", "tool_use_id": call.id, "content": RESULTS[call.name]} for call in calls]
    return [ask_tools, {"role": "assistant", "content": message.content}, {"role": "user", "content": results}]


def called(model):
    messages = [ask_tools]
    runner = client.beta.messages.tool_runner(
        model=model, max_tokens=1000, tools=[get_weather, get_time], messages=messages
    )
    check_results(text_of(runner.until_done()))


def streamed_tools(model):
    with client.messages.stream(model=model, max_tokens=1000, messages=[ask_tools], tools=tools) as events:
        first = events.get_final_message()
    same(first.stop_reason, "tool_use", "stop_reason")
    with client.messages.stream(model=model, max_tokens=1000, messages=answer(first), tools=tools) as events:
        check_results(text_of(events.get_final_message()))


def structured(model):
    reply = client.messages.parse(model=model, output_format=Weather, **asked)
    check(isinstance(reply.parsed_output, Weather), "not parsed")


def counted(model):
    try:
        tokens = client.messages.count_tokens(model=model, messages=asked["messages"]).input_tokens
    except anthropic.NotFoundError:
        return  # Where the provider does not count, nobody guesses.
    check(tokens > 0, f"{tokens} tokens")


def error(_model):
    try:
        client.messages.create(**{**asked, "model": NO_SUCH_MODEL})
    except anthropic.NotFoundError as refusal:
        same(refusal.body["error"]["type"], "not_found_error", "type")
    else:
        raise AssertionError("it was answered")


run({
    "text": text,
    "stream": stream,
    "tools": called,
    "streamed tools": streamed_tools,
    "schema": structured,
    "count": counted,
    "error": error,
})
