"""openai, Responses: first stateless, where each turn sends everything; then with all that the gateway keeps."""

import time

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


def stored(model):
    first = client.responses.create(model=model, input=HELLO)
    same(client.responses.retrieve(first.id).output_text, ANSWER, "the stored text")
    second = client.responses.create(model=model, input="And again?", previous_response_id=first.id)
    same(second.previous_response_id, first.id, "previous_response_id")
    known = [item.content[0].text for item in client.responses.input_items.list(second.id, order="asc")]
    same(known, [HELLO, ANSWER, "And again?"], "what the second was made from")
    client.responses.delete(first.id)
    try:
        client.responses.retrieve(first.id)
    except openai.NotFoundError:
        pass
    else:
        raise AssertionError("it is still there")
    check(client.responses.retrieve(second.id).status == "completed", "the second went away with it")


def unknown(model):
    try:
        client.responses.create(model=model, input=HELLO, previous_response_id="resp_" + "0" * 48)
    except openai.BadRequestError as refusal:
        same(refusal.code, "previous_response_not_found", "code")
    else:
        raise AssertionError("it was answered")


def conversation(model):
    kept = client.conversations.create(metadata={"topic": "demo"})
    for words in [HELLO, "And again?"]:
        reply = client.responses.create(model=model, input=words, conversation=kept.id)
        same(reply.conversation.id, kept.id, "conversation")
    items = client.conversations.items.list(kept.id, order="asc").data
    roles = [item.role for item in items if item.type == "message"]
    same(roles, ["user", "assistant", "user", "assistant"], "the roles in it")
    client.conversations.delete(kept.id)


def background(model):
    begun = client.responses.create(model=model, input=HELLO, background=True)
    check(begun.status in ("queued", "in_progress"), f"it begins as {begun.status}")
    for _ in range(300):
        reply = client.responses.retrieve(begun.id)
        if reply.status not in ("queued", "in_progress"):
            break
        time.sleep(0.1)
    same((reply.status, reply.output_text), ("completed", ANSWER), "the end")
    same(client.responses.cancel(begun.id).status, "completed", "cancelling what is done")
    begun = client.responses.create(model=model, input=HELLO, background=True, stream=True)
    for event in begun:
        known = event.response.id
        begun.close()
        break
    replayed = [event for event in client.responses.retrieve(known, stream=True, starting_after=0)]
    same([event.sequence_number for event in replayed], list(range(1, len(replayed) + 1)), "the numbers of the rest")
    same(replayed[-1].type, "response.completed", "the last of them")


def websocket(model):
    previous = None
    with client.responses.connect() as connection:
        for words in [HELLO, "And again?"]:
            more = {} if previous is None else {"previous_response_id": previous}
            connection.response.create(model=model, input=words, store=False, **more)
            for event in connection:
                check(event.type not in ("error", "response.failed"), event.to_json())
                if event.type == "response.completed":
                    break
            same(event.response.previous_response_id, previous, "previous_response_id")
            previous = event.response.id


def compact(model):
    first = client.responses.create(model=model, input=HELLO)
    short = client.responses.compact(model=model, previous_response_id=first.id)
    check(any(item.type == "compaction" for item in short.output), "no compaction item")
    reply = client.responses.create(model=model, input=[*short.output, {"role": "user", "content": HELLO}])
    same(reply.status, "completed", "the turn after it")


def counted(model):
    check(client.responses.input_tokens.count(model=model, input=HELLO).input_tokens > 0, "no tokens")


def error(_model):
    try:
        client.responses.create(model=NO_SUCH_MODEL, input=HELLO)
    except openai.NotFoundError as refusal:
        same(refusal.code, "model_not_found", "code")
    else:
        raise AssertionError("it was answered")


run(
    {
        "text": text,
        "stream": stream,
        "tools": called,
        "streamed tools": streamed_tools,
        "schema": structured,
        "stored": stored,
        "unknown": unknown,
        "conversation": conversation,
        "background": background,
        "websocket": websocket,
        "compact": compact,
        "counted": counted,
        "error": error,
    }
)
