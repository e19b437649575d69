"""What is asked of Shopify: nothing deprecated, nothing that changes, and cheap."""

import os

import pytest
from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    IntValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    parse,
)

from agent_tui.adapters.shopify import queries
from agent_tui.testing.graphql import ContractViolation, Schema, checked
from agent_tui.testing.stands.shopify import schema

ALL = {"PEOPLE": queries.PEOPLE, "ORDERS": queries.ORDERS, "ABOUT": queries.ABOUT}


def _schema() -> Schema:
    found = schema()
    if found is None:
        missing = "AGENT_TUI_SHARED names no contracts/shopify/admin_2026-10.introspection.json.gz"
        if os.environ.get("AGENT_TUI_REQUIRE_SERVERS"):
            pytest.fail(missing)
        pytest.skip(missing)
    return found


@pytest.mark.parametrize("name", ALL)
def test_a_query_is_valid_and_names_nothing_deprecated(name: str) -> None:
    checked(_schema(), ALL[name])


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        ("displayFinancialStatus", "displayMoneyStatus", "Cannot query field"),
        ("totalPriceSet { ...Paid }", "totalPriceSet", "must have a selection"),
        ("totalPriceSet { ...Paid }", "totalPrice", "deprecated"),
        ("customer { id }", "customer { id email }", "deprecated"),
        ("customer { id }", "customer { id phone }", "deprecated"),
        ("sortKey: PROCESSED_AT", "sortKey: AGE", "does not exist in 'OrderSortKeys'"),
        ("first: 10, after", 'first: "10", after', "Int cannot represent"),
        ("$after: String)", "$after: Int)", "expecting type 'String'"),
        ("refunds(first: 5)", "refunds(limit: 5)", "Unknown argument"),
        ("...Paid }\n      lineItems", "...Payed }\n      lineItems", "Unknown fragment"),
    ],
)
def test_a_seeded_mistake_is_caught(right: str, wrong: str, said: str) -> None:
    assert right in queries.ORDERS
    with pytest.raises(ContractViolation, match=said):
        checked(_schema(), queries.ORDERS.replace(right, wrong))


@pytest.mark.parametrize(("name", "cost"), [("PEOPLE", 43), ("ORDERS", 673), ("ABOUT", 3)])
def test_a_query_costs_what_is_said_and_less_than_shopify_takes(name: str, cost: int) -> None:
    assert _cost(ALL[name]) == cost
    assert cost < 1000


def test_everything_asked_is_a_query() -> None:
    for text in ALL.values():
        for one in parse(text).definitions:
            if isinstance(one, OperationDefinitionNode):
                assert one.operation.value == "query"


def _cost(text: str) -> int:
    """1 for an object, 2 for a connection, and lists as often as members are asked for."""
    document = parse(text)
    fragments = {
        one.name.value: one.selection_set
        for one in document.definitions
        if isinstance(one, FragmentDefinitionNode)
    }

    def inside(wanted: SelectionSetNode) -> int:
        return sum(
            inside(fragments[one.name.value]) if isinstance(one, FragmentSpreadNode) else field(one)
            for one in wanted.selections
            if isinstance(one, FieldNode | FragmentSpreadNode)
        )

    def field(one: FieldNode) -> int:
        if one.selection_set is None:
            return 0
        first = next(
            (
                int(each.value.value)
                for each in one.arguments or ()
                if each.name.value == "first" and isinstance(each.value, IntValueNode)
            ),
            None,
        )
        names = {each.name.value for each in one.selection_set.selections if hasattr(each, "name")}
        if "nodes" in names:
            return 2 + (first or 0) * (inside(one.selection_set) - 1) + 1
        return (first or 1) * (1 + inside(one.selection_set))

    (asked,) = (one for one in document.definitions if isinstance(one, OperationDefinitionNode))
    return inside(asked.selection_set)
