"""The slash commands, in every language of `core/texts`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import discord
from discord import app_commands
from discord.app_commands import locale_str

from core.commands import COMMANDS, TYPED, Action, Command
from core.texts import DEFAULT, say

Obey = Callable[[discord.Interaction, Action, str, discord.Attachment | None], Awaitable[None]]

# Discord's locales besides the default, and our language for each.
_LOCALES = {
    discord.Locale.chinese: "zh",
    discord.Locale.spain_spanish: "es",
    discord.Locale.latin_american_spanish: "es",
    discord.Locale.brazil_portuguese: "pt",
    discord.Locale.french: "fr",
    discord.Locale.german: "de",
    discord.Locale.japanese: "ja",
    discord.Locale.korean: "ko",
    discord.Locale.russian: "ru",
    discord.Locale.hindi: "hi",
    discord.Locale.indonesian: "id",
}
"""The languages of Discord that the bot speaks; it has no Arabic."""
# Discord's limit for an option's text is 6000; no wish is that long.
LONGEST_WISH = 2000


class Translations(app_commands.Translator):
    """Translates a text that was made by `_text`, by its key."""

    async def translate(
        self, string: locale_str, locale: discord.Locale, context: app_commands.TranslationContextTypes
    ) -> str | None:
        """Return the text in a language other than the default, None where there is none."""
        key = string.extras.get("key")
        return say(_LOCALES[locale], str(key)) if key and locale in _LOCALES else None


def _text(key: str) -> locale_str:
    return locale_str(say(DEFAULT, key), key=key)


_Wish = app_commands.Range[str, 1, LONGEST_WISH]


def make_tree(client: discord.Client, obey: Obey) -> app_commands.CommandTree[discord.Client]:
    """Make the commands: for servers, direct messages and people who installed the bot for themselves."""
    tree: app_commands.CommandTree[discord.Client] = app_commands.CommandTree(
        client,
        allowed_installs=app_commands.AppInstallationType(guild=True, user=True),
        allowed_contexts=app_commands.AppCommandContext(guild=True, dm_channel=True, private_channel=True),
    )

    for action in TYPED:
        _add(tree, COMMANDS[action], obey)
    return tree


def _add(tree: app_commands.CommandTree[discord.Client], command: Command, obey: Obey) -> None:
    add = tree.command(name=command.action.value, description=_text(command.description))
    if command.prompt is None:

        @add
        async def bare(interaction: discord.Interaction) -> None:
            await obey(interaction, command.action, "", None)

        return

    @add
    @app_commands.rename(text=command.prompt.removeprefix("platform.option_"))
    @app_commands.describe(text=_text(command.prompt), file=_text("platform.option_file"))
    async def wordy(interaction: discord.Interaction, text: _Wish, file: discord.Attachment | None = None) -> None:
        await obey(interaction, command.action, text, file)
