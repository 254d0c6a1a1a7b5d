"""The REST API and the partners' incoming messages: routers that parse, call one service or query, and answer."""
