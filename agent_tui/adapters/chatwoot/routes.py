"""What of Chatwoot's application API is used although its published contract does not have it.

The contract is ``swagger/swagger.json`` of Chatwoot 4.14.0; everything that is not named here
conforms to it. What stands here was read in the server's routes and controllers of that version.
The tests let nothing else through.
"""

ACCOUNT = "/api/v1/accounts/{account_id}"
CONVERSATION = f"{ACCOUNT}/conversations/{{conversation_id}}"

UNCOVERED: dict[str, str] = {
    f"POST {CONVERSATION}/update_last_seen": "routed, not in the contract: read",
    f"POST {CONVERSATION}/unread": "routed, not in the contract: unread again",
    f"POST {CONVERSATION}/messages multipart/form-data": "the contract knows no attachments[]",
    "GET /rails/active_storage/{kind}/{way}/{signed}/{name}": "the bytes of an attachment",
}
"""Routes, and bodies of routes, by method and path; the reason beside each."""

UNCOVERED_QUERY: dict[str, dict[str, str]] = {
    f"{ACCOUNT}/conversations": {"updated_within": "conversations changed in so many seconds"},
}
"""Query parameters of GET routes that the contract has, each a whole number, with the reason."""

UNCOVERED_ANSWERS: dict[int, str] = {
    401: "no or a wrong token, or no right to see this",
    402: "a feature that the account has not paid for",
    404: "no such account, conversation or message",
    422: "what was sent is not valid",
    429: "too many requests",
}
"""Answers that any route may give although the contract names them for some only."""

LOOSE_FIELDS: dict[tuple[str, str], str] = {
    ("conversation", "status"): "may be 'snoozed', which the contract's enumeration lacks",
    ("conversation", "snoozed_until"): "is a time in ISO 8601, where the contract says a number",
}
"""Fields of schemas whose values the server does not keep to what the contract says."""

CABLE = "/cable"
"""Events come by a websocket (Rails' Action Cable), about which the contract says nothing."""
