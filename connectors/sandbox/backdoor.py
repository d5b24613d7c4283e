"""The control door under /_sandbox/: named commands as JSON over POST, without limits, faults or latency."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from connectors.sandbox.http import Request, Response, json_response

PREFIX = "/_sandbox/"
Command = Callable[..., Any]


def answer(request: Request, commands: Mapping[str, Command]) -> Response:
    """Run the command named in the path with the JSON body as keyword arguments.

    200 with `{"result": ...}`; 400 with `{"error": sentence}` when the command does not exist or refuses.
    """
    name = request.path.removeprefix(PREFIX).strip("/")
    command = commands.get(name)
    if command is None:
        return json_response({"error": f"no command {name!r}; known: {', '.join(sorted(commands))}"}, 400)
    try:
        arguments = json.loads(request.body or b"{}")
        return json_response({"result": command(**arguments)})
    except (ValueError, TypeError, KeyError, LookupError) as problem:
        return json_response({"error": f"{type(problem).__name__}: {problem}"}, 400)
