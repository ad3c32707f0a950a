"""What is judged of every message before anything else, and what is said when somebody may be in danger.

No database, no index, no model, no network: this answers when everything else is down.
"""

from bot.safety.assess import assess, in_conversation, recall
from bot.safety.cases import opening, review
from bot.safety.memory import Memory, remember
from bot.safety.protocols import People, aftercare, gentle, protocol, quiet

__all__ = [
    "Memory",
    "People",
    "aftercare",
    "assess",
    "gentle",
    "in_conversation",
    "opening",
    "protocol",
    "quiet",
    "recall",
    "remember",
    "review",
]
