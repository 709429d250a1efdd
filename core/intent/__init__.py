"""Which flow a message wants: by keyword and by intent, in every supported language.

"credits" routes to the balance, "a song about my bank balance" to music. `understand` is pure and never raises.
"""

from core.intent.understand import Intent, Topic, speaks, understand, wants_file

__all__ = ["Intent", "Topic", "speaks", "understand", "wants_file"]
