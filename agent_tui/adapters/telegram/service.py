"""Service messages: what Telegram itself says in a chat, in plain sentences."""

from agent_tui.adapters.node import Node


def service_sentence(message: Node) -> str:
    """The sentence for a service message; empty for one that is none or is not known."""
    who = message.node("from").line("first_name") or "Somebody"
    if message.has("new_chat_members"):
        names = [user.line("first_name") for user in message.nodes("new_chat_members")]
        return f"{', '.join(names)} joined the group."
    if message.has("left_chat_member"):
        return f"{message.node('left_chat_member').line('first_name')} left the group."
    if message.has("new_chat_title"):
        return f"{who} named the group '{message.line('new_chat_title')}'."
    if message.has("forum_topic_created"):
        return f"{who} opened the topic '{message.node('forum_topic_created').line('name')}'."
    if message.has("successful_payment"):
        return f"{who} paid {_money(message.node('successful_payment'))}."
    if message.has("refunded_payment"):
        return f"{_money(message.node('refunded_payment'))} were paid back to {who}."
    found = next((sentence for name, sentence in _SENTENCES.items() if message.has(name)), "")
    return found.format(who=who) if found else ""


def _money(payment: Node) -> str:
    """An amount in the smallest unit of its currency: how many make a whole is not said."""
    return f"{payment.whole('total_amount')} (smallest units of {payment.line('currency')})"


_SENTENCES = {
    "new_chat_photo": "{who} changed the group's photo.",
    "delete_chat_photo": "{who} removed the group's photo.",
    "group_chat_created": "{who} created the group.",
    "supergroup_chat_created": "{who} created the group.",
    "migrate_to_chat_id": "The group became a supergroup: it goes on in a new conversation.",
    "migrate_from_chat_id": "The group became a supergroup: this continues an older conversation.",
    "pinned_message": "{who} pinned a message.",
    "message_auto_delete_timer_changed": "{who} changed after what time messages vanish.",
    "users_shared": "{who} shared contacts of users.",
    "chat_shared": "{who} shared a chat.",
    "connected_website": "{who} logged in to a website by the bot.",
    "write_access_allowed": "{who} allowed the bot to write.",
    "web_app_data": "{who} sent data by a web app.",
    "passport_data": "{who} sent identity documents; only the bot's own program can read them.",
    "invoice": "An invoice was sent.",
    "proximity_alert_triggered": "{who} came near somebody who shares their location.",
    "boost_added": "{who} boosted the group.",
    "chat_background_set": "{who} changed the chat's background.",
    "forum_topic_edited": "{who} changed the topic.",
    "forum_topic_closed": "{who} closed the topic.",
    "forum_topic_reopened": "{who} opened the topic again.",
    "general_forum_topic_hidden": "{who} hid the general topic.",
    "general_forum_topic_unhidden": "{who} showed the general topic again.",
    "video_chat_scheduled": "{who} scheduled a video chat.",
    "video_chat_started": "{who} started a video chat.",
    "video_chat_ended": "The video chat ended.",
    "video_chat_participants_invited": "{who} invited others to a video chat.",
    "giveaway_created": "A giveaway was announced.",
    "giveaway": "A giveaway was announced.",
    "giveaway_winners": "A giveaway has its winners.",
    "giveaway_completed": "A giveaway ended.",
    "gift": "{who} sent a gift.",
    "unique_gift": "{who} sent a gift.",
    "checklist_tasks_done": "{who} ticked tasks of a checklist.",
    "checklist_tasks_added": "{who} added tasks to a checklist.",
}
