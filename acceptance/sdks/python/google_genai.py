"""google-genai."""

from google import genai
from google.genai import errors, types
from steps import *

client = genai.Client(api_key=KEY, http_options={"base_url": ORIGIN})


def get_weather(city: str) -> str:
    """The weather of a city."""
    check(isinstance(city, str), "no city")
    return RESULTS["get_weather"]


def get_time() -> str:
    """The time."""
    return RESULTS["get_time"]


declarations = types.Tool(
    function_declarations=[
        types.FunctionDeclaration(name="get_weather", parameters_json_schema=WEATHER_SCHEMA),
        types.FunctionDeclaration(name="get_time"),
    ]
)


def text(model):
    config = types.GenerateContentConfig(system_instruction="Be brief.", temperature=0.5, max_output_tokens=1000)
    reply = client.models.generate_content(model=model, contents=HELLO, config=config)
    same(reply.text, ANSWER, "the text")
    same(reply.candidates[0].finish_reason, types.FinishReason.STOP, "finish_reason")
    check(reply.usage_metadata.total_token_count > 0, "usage")


def stream(model):
    chunks = list(client.models.generate_content_stream(model=model, contents=HELLO))
    same("".join(chunk.text or "" for chunk in chunks), ANSWER, "the text")
    check(len(chunks) > 1, "it came in one piece")
    check(chunks[-1].usage_metadata.total_token_count > 0, "usage")


def called(model):
    # Functions are called by the SDK itself.
    config = types.GenerateContentConfig(tools=[get_weather, get_time])
    reply = client.models.generate_content(model=model, contents=CALL_BOTH, config=config)
    check_results(reply.text)


def streamed_tools(model):
    config = types.GenerateContentConfig(tools=[declarations])
    contents = [types.UserContent(CALL_BOTH)]
    parts = []
    for chunk in client.models.generate_content_stream(model=model, contents=contents, config=config):
        parts.extend(chunk.candidates[0].content.parts or [])
    calls = [part.function_call for part in parts if part.function_call]
    check_calls([call.name for call in calls])
    results = [
        types.Part(function_response=types.FunctionResponse(id=call.id, name=call.name, response={"output": RESULTS[call.name]}))
        for call in calls
    ]
    contents += [types.ModelContent(parts), types.UserContent(results)]
    chunks = client.models.generate_content_stream(model=model, contents=contents, config=config)
    check_results("".join(chunk.text or "" for chunk in chunks))


def structured(model):
    config = types.GenerateContentConfig(response_mime_type="application/json", response_schema=Weather)
    reply = client.models.generate_content(model=model, contents=HELLO, config=config)
    check(isinstance(reply.parsed, Weather), f"not parsed: {reply.text!r}")


def counted(model):
    try:
        tokens = client.models.count_tokens(model=model, contents=HELLO).total_tokens
    except errors.ClientError as refusal:
        same(refusal.status, "NOT_FOUND", "where the provider does not count, status")
        return
    check(tokens > 0, f"{tokens} tokens")


def error(_model):
    try:
        client.models.generate_content(model=NO_SUCH_MODEL, contents=HELLO)
    except errors.ClientError as refusal:
        same(refusal.status, "NOT_FOUND", "status")
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
